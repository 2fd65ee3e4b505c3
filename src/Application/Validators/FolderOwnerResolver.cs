namespace S3Auth.Application.Validators;

/// <summary>Finds the account that names the folders of a requested miner.</summary>
internal sealed class FolderOwnerResolver(FolderLayout layout, IMetagraph metagraph, IAccessRules accessRules, TimeProvider time)
{
    /// <param name="request">The request that names the miner.</param>
    /// <param name="snapshot">The metagraph that the caller was authenticated with.</param>
    /// <exception cref="RefusedException">
    /// <c>miner_not_found</c>: the layout needs the coldkey of the hotkey, but the hotkey is not registered.
    /// </exception>
    internal AccountId Resolve(OneMinerRequest request, Metagraph snapshot) => request switch
    {
        { MinerColdkey: { } coldkey } => coldkey,
        { MinerHotkey: { } hotkey } => layout.FindFolderOwner(hotkey, snapshot)
            ?? accessRules.Current.FindUploader(hotkey, time.GetUtcNow())?.Coldkey
            ?? throw NotFound(hotkey, snapshot),
        _ => throw new InvalidOperationException($"{request.GetType().Name} was not validated."),
    };

    private RefusedException NotFound(AccountId hotkey, Metagraph snapshot)
    {
        // It may have been registered since.
        metagraph.RefreshSoon();
        return new RefusedException(
            RefusalCode.MinerNotFound,
            $"The hotkey {hotkey} is not registered on netuid {snapshot.Netuid} of network {snapshot.Network}, so its coldkey is unknown; "
                + "send 'miner_coldkey' instead.");
    }
}
