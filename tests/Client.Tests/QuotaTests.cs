namespace S3Auth.Client.Tests;

/// <summary>The quota that a client reads from headers.</summary>
public sealed class QuotaTests
{
    private const string Left = "\"miner\";r=98;t=43210, \"files\";r=9990;t=43210, \"total\";r=199998;t=43210";
    private const string Policy = "\"miner\";q=100;w=86400, \"files\";q=10000;w=86400, \"total\";q=200000;w=86400";

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Quota_of_the_hotkey_is_read_and_not_that_of_all() => Assert.That(
        QuotaHandler.Read(Left, Policy, Now),
        Is.EqualTo(new QuotaStatus("miner", 98, 100, 9990, Now, Now.AddSeconds(43210))));

    [Test]
    public void Quota_of_a_validator_has_no_files() => Assert.That(
        QuotaHandler.Read("\"validator\";r=9999;t=60, \"total\";r=1;t=60", null, Now),
        Is.EqualTo(new QuotaStatus("validator", 9999, null, null, Now, Now.AddSeconds(60))));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("\"total\";r=1;t=60")]
    [TestCase("\"miner\";r=-1;t=60")]
    [TestCase("\"miner\";r=1")]
    [TestCase("\"miner\";t=60")]
    [TestCase("miner;r=1;t=60")]
    [TestCase("\"\u001b[31m\";r=1;t=60")]
    [TestCase("\"\";r=1;t=60")]
    [TestCase("\"miner\";r=99999999999999999999;t=60")]
    [TestCase(",;=\"")]
    public void Other_headers_are_not_read_as_a_quota(string? left) => Assert.That(QuotaHandler.Read(left, Policy, Now), Is.Null);

    [Test]
    public void Reset_is_at_most_a_week_away() => Assert.That(
        QuotaHandler.Read("\"miner\";r=1;t=9223372036854775807", Policy, Now)!.ResetsAt, Is.EqualTo(Now.AddDays(7)));

    [Test]
    public async Task Client_has_the_quota_of_its_last_answer_also_of_a_refusal()
    {
        await using var server = new LocalServer();
        using var hotkey = KeyPair.FromUri("//Bob");
        using var client = new S3AuthClient(server.Address, hotkey, new S3AuthClientOptions { Attempts = 1 });
        Assert.That(client.Quota, Is.Null);
        server.Answer = context =>
        {
            context.Response.Headers["RateLimit"] = Left;
            context.Response.Headers["RateLimit-Policy"] = Policy;
            return UploadServer.RefuseAsync(context, "file_exists");
        };

        Assert.That(
            () => client.Api.GetFolderAccessAsync(new GetFolderAccessCommand()), Throws.TypeOf<RefusedException>());
        Assert.That(client.Quota, Is.Not.Null.And.Property(nameof(QuotaStatus.Left)).EqualTo(98));
        server.Answer = context => LocalServer.WriteJsonAsync(context, new FolderAccess());
        await client.Api.GetFolderAccessAsync(new GetFolderAccessCommand());
        Assert.That(client.Quota, Is.Not.Null, "An answer without a quota says nothing about it.");
    }
}
