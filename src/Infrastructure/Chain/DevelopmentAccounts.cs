namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The metagraph of a development machine: Substrate's well-known accounts, whose keys everyone holds. <c>//Alice</c> validates;
/// <c>//Bob</c>, <c>//Charlie</c> and <c>//Dave</c> mine; <c>//Eve</c> has a permit but no stake. Each is owned by the coldkey
/// derived from it, <c>//Bob//cold</c> and so on.
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

        return new Neuron((ushort)uid, hotkey.AccountId, coldkey.AccountId, account.Permit, AlphaAmount.FromAlpha(account.Stake), Active: true);
    }
}
