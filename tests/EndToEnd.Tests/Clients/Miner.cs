namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>A miner: the hotkey that signs, and the coldkey that owns it.</summary>
internal sealed record Miner(Account Hotkey, Account Coldkey)
{
    public static Miner New() => new(Account.New(), Account.New());

    /// <summary>The miner of a development account: <c>//Bob</c>, owned by <c>//Bob//cold</c>.</summary>
    public static Miner Development(string name) => new(Account.Development("//" + name), Account.Development($"//{name}//cold"));
}
