using System.Globalization;
using Amazon;

namespace S3Auth.Infrastructure.Tests.Storage.Credentials;

/// <summary>The chain reads environment variables, so these tests run sequentially and restore them.</summary>
[NonParallelizable]
public sealed class AwsCredentialChainTests
{
    private static readonly string[] Variables =
    [
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_PROFILE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN", "AWS_REGION", "AWS_ENDPOINT_URL_STS",
        "AWS_EC2_METADATA_DISABLED",
    ];

    private readonly Dictionary<string, string?> _before = new(StringComparer.Ordinal);
    private string _folder = "";

    [SetUp]
    public void SetUp()
    {
        _folder = Directory.CreateTempSubdirectory("s3auth-credentials-").FullName;
        foreach (var name in Variables)
        {
            _before[name] = Environment.GetEnvironmentVariable(name);
            Environment.SetEnvironmentVariable(name, null);
        }

        // The SDK reads its variable only once per process, but this one each time.
        AWSConfigs.AWSProfilesLocation = Path.Combine(_folder, "credentials");
        Environment.SetEnvironmentVariable("AWS_EC2_METADATA_DISABLED", "true");
    }

    [TearDown]
    public void TearDown()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        AWSConfigs.AWSProfilesLocation = null;
        Directory.Delete(_folder, recursive: true);
    }

    [Test]
    public async Task Chain_reads_lasting_keys_from_the_environment()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "AKIAENV");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "env-secret");
        var chain = new AwsCredentialChain();

        var keys = await chain.LoadAsync(CancellationToken.None);

        Assert.That(
            (keys.AccessKey, keys.SecretKey, keys.SessionToken, keys.Ends),
            Is.EqualTo(("AKIAENV", "env-secret", (string?)null, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task Chain_reads_temporary_keys_and_their_end_from_the_environment()
    {
        SetToken("2026-11-24T14:00:00+02:00");
        var chain = new AwsCredentialChain();

        var keys = await chain.LoadAsync(CancellationToken.None);

        Assert.That(keys.SessionToken, Is.EqualTo("env-token"));
        Assert.That(keys.Ends, Is.EqualTo(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)));
    }

    [Test]
    public async Task Chain_reads_a_profile()
    {
        await File.WriteAllTextAsync(
            Path.Combine(_folder, "credentials"), "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = file-secret\n");
        var chain = new AwsCredentialChain();

        var keys = await chain.LoadAsync(CancellationToken.None);

        Assert.That((keys.AccessKey, keys.SecretKey, keys.Ends), Is.EqualTo(("AKIAFILE", "file-secret", (DateTimeOffset?)null)));
    }

    [Test]
    public async Task Chain_loads_keys_of_a_container_role_at_each_call_with_their_end()
    {
        var calls = 0;
        var end = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).AddHours(6);
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var n = Interlocked.Increment(ref calls);
            var expiration = end.AddMinutes(n).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            context.Response.ContentType = "application/json";
            return context.Response.WriteAsync(
                $$"""{"AccessKeyId":"ASIA{{n}}","SecretAccessKey":"secret","Token":"token{{n}}","Expiration":"{{expiration}}"}""");
        });
        Environment.SetEnvironmentVariable("AWS_CONTAINER_CREDENTIALS_FULL_URI", new Uri(server.Url, "/role").AbsoluteUri);
        var chain = new AwsCredentialChain();

        var first = await chain.LoadAsync(CancellationToken.None);
        var second = await chain.LoadAsync(CancellationToken.None);

        Assert.That((first.AccessKey, first.SessionToken), Is.EqualTo(("ASIA1", "token1")));
        Assert.That((second.AccessKey, second.SessionToken), Is.EqualTo(("ASIA2", "token2")));
        Assert.That(first.Ends, Is.EqualTo(end.AddMinutes(1)));
        Assert.That(second.Ends, Is.EqualTo(first.Ends!.Value.AddMinutes(1)));
    }

    [Test]
    public async Task Chain_assumes_a_role_by_web_identity_anew_at_each_call()
    {
        var asked = new List<string>();
        var end = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds()).AddHours(1);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            using var body = new StreamReader(context.Request.Body);
            asked.Add(Uri.UnescapeDataString(await body.ReadToEndAsync()));
            context.Response.ContentType = "text/xml";
            await context.Response.WriteAsync($"""
                <AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
                <AssumeRoleWithWebIdentityResult><Credentials>
                <AccessKeyId>ASIAWEB{asked.Count}</AccessKeyId>
                <SecretAccessKey>secret</SecretAccessKey>
                <SessionToken>token{asked.Count}</SessionToken>
                <Expiration>{end.AddMinutes(asked.Count).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}</Expiration>
                </Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>
                """);
        });
        var identity = Path.Combine(_folder, "identity");
        await File.WriteAllTextAsync(identity, "first-identity");
        Environment.SetEnvironmentVariable("AWS_WEB_IDENTITY_TOKEN_FILE", identity);
        Environment.SetEnvironmentVariable("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/s3auth");
        Environment.SetEnvironmentVariable("AWS_REGION", "us-east-2");
        Environment.SetEnvironmentVariable("AWS_ENDPOINT_URL_STS", server.Url.AbsoluteUri);
        var chain = new AwsCredentialChain();

        var first = await chain.LoadAsync(CancellationToken.None);
        await File.WriteAllTextAsync(identity, "second-identity");
        var second = await chain.LoadAsync(CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(
                (first.AccessKey, first.SessionToken, second.AccessKey, second.SessionToken),
                Is.EqualTo(("ASIAWEB1", "token1", "ASIAWEB2", "token2")));
            Assert.That(second.Ends, Is.EqualTo(end.AddMinutes(2)));
            Assert.That(
                asked[0],
                Does.Contain("RoleArn=arn:aws:iam::123456789012:role/s3auth").And.Contain("WebIdentityToken=first-identity"));
            Assert.That(asked[1], Does.Contain("WebIdentityToken=second-identity"));
        });
    }

    [Test]
    public async Task Chain_reads_changed_keys_of_a_profile()
    {
        var file = Path.Combine(_folder, "credentials");
        await File.WriteAllTextAsync(file, "[default]\naws_access_key_id = AKIAONE\naws_secret_access_key = file-secret\n");
        var chain = new AwsCredentialChain();
        var before = await chain.LoadAsync(CancellationToken.None);

        await File.WriteAllTextAsync(file, "[default]\naws_access_key_id = AKIATWO\naws_secret_access_key = other-secret\n");
        var after = await chain.LoadAsync(CancellationToken.None);

        Assert.That((before.AccessKey, after.AccessKey, after.SecretKey), Is.EqualTo(("AKIAONE", "AKIATWO", "other-secret")));
    }

    [TestCase("2026-11-24T12:00:00Z")]
    [TestCase("2026-11-24T12:00:00.000+00:00")]
    [TestCase("2026-11-24T12:00:00")]
    public async Task End_is_read_in_iso_8601(string end)
    {
        SetToken(end);

        Assert.That(
            (await new AwsCredentialChain().LoadAsync(CancellationToken.None)).Ends,
            Is.EqualTo(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero)));
    }

    [TestCase("tomorrow")]
    [TestCase("14:00")]
    [TestCase("1795521600")]
    [TestCase("11/24/2026 12:00:00")]
    [TestCase("")]
    public async Task End_in_another_format_is_unknown(string end)
    {
        SetToken(end);
        var chain = new AwsCredentialChain();

        Assert.That((await chain.LoadAsync(CancellationToken.None)).EndIsUnknown, Is.True);
    }

    [Test]
    public void Chain_throws_without_credentials()
    {
        var chain = new AwsCredentialChain();

        Assert.CatchAsync<Exception>(() => chain.LoadAsync(CancellationToken.None));
    }

    private static void SetToken(string end)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "ASIAENV");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "env-secret");
        Environment.SetEnvironmentVariable("AWS_SESSION_TOKEN", "env-token");
        Environment.SetEnvironmentVariable("AWS_CREDENTIAL_EXPIRATION", end);
    }
}
