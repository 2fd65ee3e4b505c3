namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The metagraph for development: Substrate's well-known accounts, whose private keys are public. <c>//Alice</c> is a validator;
/// <c>//Bob</c>, <c>//Charlie</c> and <c>//Dave</c> are miners; <c>//Eve</c> has a permit but no stake. The coldkey that owns a hotkey
/// is derived from it: <c>//Bob//cold</c> owns <c>//Bob</c>.
/// </summary>
internal static class DevelopmentAccounts
{
    private static readonly (string Name, bool Permit, decimal Stake)[] Accounts =
    [
        ("Alice", true, 30000),
        ("Bob", false, 0),
        ("Charlie", false, 0),
        ("Dave", false, 0),
        ("Eve", true, 0),
    ];

    internal static Metagraph ToMetagraph(ushort netuid, DateTimeOffset readAt) =>
        new(StaticMetagraph.NetworkName, netuid, block: 1, readAt, [.. Accounts.Select(Neuron)]);

    private static Neuron Neuron((string Name, bool Permit, decimal Stake) account, int uid)
    {
        using var hotkey = KeyPair.FromUri($"//{account.Name}");
        using var coldkey = KeyPair.FromUri($"//{account.Name}//cold");

        return new Neuron(
            (ushort)uid,
            hotkey.AccountId,
            coldkey.AccountId,
            account.Permit,
            AlphaAmount.FromAlpha(account.Stake),
            Active: true);
    }
}
