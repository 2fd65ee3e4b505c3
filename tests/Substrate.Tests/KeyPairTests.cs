namespace S3Auth.Substrate.Tests;

public sealed class KeyPairTests
{
    [TestCase("//Alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [TestCase("//Bob", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    public void FromUri_gives_the_well_known_development_accounts(string uri, string address)
    {
        using var pair = KeyPair.FromUri(uri);

        Assert.That(pair.AccountId.ToString(), Is.EqualTo(address));
        Assert.That(Sr25519.Verify(pair.AccountId, "hello"u8, pair.Sign("hello"u8)), Is.True);
        Assert.That(Sr25519.Verify(pair.AccountId, "hallo"u8, pair.Sign("hello"u8)), Is.False);
    }
}
