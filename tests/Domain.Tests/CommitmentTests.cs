using System.Globalization;

namespace S3Auth.Domain.Tests;

public sealed class CommitmentTests
{
    private const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
    private const string Bob = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty";
    private const string Dave = "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy";

    [Test]
    public void Folder_access_is_the_text_that_miners_sign() =>
        Assert.That(
            Commitment.FolderAccess(Accounts.Dave, Accounts.Bob, 1795500000).Text,
            Is.EqualTo($"s3:data:access:{Dave}:{Bob}:1795500000"));

    [Test]
    public void Audience_is_appended_as_it_was_sent()
    {
        Assert.That(Audience.TryParse("S3-Auth.example.com:8443", out var audience), Is.True);

        var commitment = Commitment.ValidatorAccess(1795500000);
        Assert.That(commitment.WithAudience(audience).Text, Is.EqualTo("s3:validator:access:1795500000:S3-Auth.example.com:8443"));
        Assert.That(commitment.WithAudience(null).Text, Is.EqualTo("s3:validator:access:1795500000"));
    }

    [Test]
    public void Validator_access_is_the_text_that_validators_sign() =>
        Assert.That(Commitment.ValidatorAccess(1795500000).Text, Is.EqualTo("s3:validator:access:1795500000"));

    [Test]
    public void File_urls_is_the_text_that_validators_sign() =>
        Assert.That(
            Commitment.FileUrls(Accounts.Dave, Accounts.Alice, 1795500000).Text,
            Is.EqualTo($"s3:validator:files:{Dave}:{Alice}:1795500000"));

    [Test]
    public void Miner_access_is_the_text_that_validators_sign() =>
        Assert.That(
            Commitment.MinerAccess(Accounts.Dave, 1795500000).Text,
            Is.EqualTo($"s3:validator:miner:{Dave}:1795500000"));

    [Test]
    public void Folder_urls_is_the_text_that_validators_sign() =>
        Assert.That(
            Commitment.FolderUrls(Accounts.Alice, 1795500000).Text,
            Is.EqualTo($"s3:validator:folders:{Alice}:1795500000"));

    [Test]
    public void Timestamp_is_written_the_same_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        culture.NumberFormat.NegativeSign = "minus";
        CultureInfo.CurrentCulture = culture;
        try
        {
            Assert.That(Commitment.ValidatorAccess(-1).Text, Is.EqualTo("s3:validator:access:-1"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
