namespace S3Auth.Testing;

/// <summary>The development accounts. Everybody knows their keys: <c>KeyPair.FromUri("//Alice")</c>.</summary>
public static class Accounts
{
    public const string AliceAddress = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    public const string BobAddress = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
    public const string CharlieAddress = "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y";
    public const string DaveAddress = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy";
    public const string EveAddress = "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw";

    public static readonly AccountId Alice = AccountId.Parse(AliceAddress);
    public static readonly AccountId Bob = AccountId.Parse(BobAddress);
    public static readonly AccountId Charlie = AccountId.Parse(CharlieAddress);
    public static readonly AccountId Dave = AccountId.Parse(DaveAddress);
    public static readonly AccountId Eve = AccountId.Parse(EveAddress);
}
