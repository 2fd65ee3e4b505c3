namespace S3Auth.Domain.Tests;

/// <summary>Substrate's well-known development accounts.</summary>
internal static class Accounts
{
    internal static readonly AccountId Alice = AccountId.Parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
    internal static readonly AccountId Bob = AccountId.Parse("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");
    internal static readonly AccountId Dave = AccountId.Parse("5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy");
}
