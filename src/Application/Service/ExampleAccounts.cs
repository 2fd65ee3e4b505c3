namespace S3Auth.Application.Service;

/// <summary>Accounts for examples: Substrate's well-known development keys.</summary>
internal static class ExampleAccounts
{
    /// <summary><c>//Bob</c></summary>
    internal static readonly AccountId Hotkey = AccountId.Parse("5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty");

    /// <summary><c>//Dave</c></summary>
    internal static readonly AccountId Coldkey = AccountId.Parse("5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy");

    /// <summary><c>//Alice</c></summary>
    internal static readonly AccountId Validator = AccountId.Parse("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");

    /// <summary>The audience in examples of a server without a configured audience.</summary>
    internal static readonly Audience Audience = Audience.Of(new Uri("https://s3-auth.example.com"));

    /// <summary>The account of this miner that names its folders.</summary>
    internal static AccountId FolderOwner(FolderLayout layout) => layout.FolderOwnerOf(Hotkey, Coldkey);
}
