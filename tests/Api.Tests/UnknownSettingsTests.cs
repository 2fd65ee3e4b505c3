namespace S3Auth.Api.Tests;

public sealed class UnknownSettingsTests
{
    [TestCase("S3_BUKET", "S3_BUCKET")]
    [TestCase("S3BUCKET", "S3_BUCKET")]
    [TestCase("s3_buket", "S3_BUCKET")]
    [TestCase("S3_BUCKETS", "S3_BUCKET")]
    [TestCase("METAGRAPH_STALENESS", "METAGRAPH_MAX_STALENESS")]
    [TestCase("DAILY_LIMIT_PER_MINERS", "DAILY_LIMIT_PER_MINER")]
    [TestCase("NETUID", "NET_UID")]
    [TestCase("LOGLEVEL", "LOG_LEVEL")]
    [TestCase("REDISURL", "REDIS_URL")]
    [TestCase("AWS_ACCES_KEY_ID", "AWS_ACCESS_KEY_ID")]
    public void Mistyped_setting_is_described_with_the_nearest_name(string name, string nearest) =>
        Assert.That(UnknownSettings.Describe([name]), Is.EqualTo(new[] { $"Unknown setting {name}. Did you mean {nearest}?" }));

    [TestCase("S3_SOMETHING_ELSE")]
    [TestCase("METAGRAPH_X_OF_MINE")]
    public void Name_that_begins_like_a_setting_is_described_without_a_guess(string name) => Assert.That(
        UnknownSettings.Describe([name]),
        Is.EqualTo(new[] { $"Unknown setting {name}. The server ignores it; docs/operators.md lists all settings" }));

    [TestCase("PATH")]
    [TestCase("HOME")]
    [TestCase("REQUESTS_CA_BUNDLE")]
    [TestCase("LOG_FORMAT")]
    [TestCase("HTTP_PROXY")]
    [TestCase("HTTP_PORTS")]
    [TestCase("SSL_CERT_FILE")]
    [TestCase("AWS_REGION")]
    [TestCase("AWS_EXECUTION_ENV")]
    [TestCase("S3AUTH_SERVER")]
    [TestCase("REDIS_SERVICE_HOST")]
    [TestCase("REDIS_SERVICE_PORT_RESP")]
    [TestCase("REDIS_PORT")]
    [TestCase("REDIS_PORT_6379_TCP_ADDR")]
    public void Variable_of_another_program_is_not_described(string name) => Assert.That(UnknownSettings.Describe([name]), Is.Empty);

    [Test]
    public void Known_variable_is_not_described()
    {
        var names = Settings.All.Select(setting => setting.Name).Concat(Settings.ReadByLibraries.SelectMany(library => library.Names));

        Assert.That(UnknownSettings.Describe(names), Is.Empty);
    }
}
