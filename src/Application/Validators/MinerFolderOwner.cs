using S3Auth.Application.Refusals;
using S3Auth.Domain;
using S3Auth.Substrate;

namespace S3Auth.Application.Validators;

/// <summary>Finds the account that a miner's folders are named by.</summary>
internal static class MinerFolderOwner
{
    /// <exception cref="RefusedException"><c>miner_not_found</c>: the hotkey's coldkey is needed and the chain knows none.</exception>
    internal static AccountId Of(IMinerRequest request, FolderLayout layout, Metagraph metagraph) => request switch
    {
        { MinerColdkey: { } coldkey } => coldkey,

        // Data outlives a registration: a folder that its hotkey names is found without asking the chain.
        { MinerHotkey: { } hotkey } when layout is HotkeyLayout => hotkey,
        { MinerHotkey: { } hotkey } => layout.FolderOwner(metagraph.Find(hotkey) ?? throw NotFound(hotkey, metagraph)),
        _ => throw new InvalidOperationException($"{request.GetType().Name} was not validated."),
    };

    private static RefusedException NotFound(AccountId hotkey, Metagraph metagraph) => new(
        RefusalCode.MinerNotFound,
        $"The hotkey {hotkey} is not registered on netuid {metagraph.Netuid} of network {metagraph.Network}, so its coldkey is not known: send 'miner_coldkey' instead.");
}
