using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>
/// What a session may do at Ceph without each of the settings that <c>docs/session-actions.md</c> names. Shows that they are needed, with a
/// gateway of its own that has all APIs.
/// </summary>
[Category("Nightly")]
internal sealed class SessionSettingTests
{
    private const string Apis = "s3, sts, notifications";
    private const string Region = "us-east-2";
    private const string Own = "data/x/own/";
    private const string Beside = "data/x/other/";

    private static readonly byte[] Content = new byte[2000];

    private CephGateway? _gateway;
    private AmazonS3Client? _operator;

    private RealStore Store => (_gateway ?? throw new InvalidOperationException("The gateway does not run.")).Store;

    private AmazonS3Client Operator => _operator ?? throw new InvalidOperationException("The gateway does not run.");

    [OneTimeSetUp]
    public async Task StartGateway()
    {
        if (!CephGateway.IsInstalled)
        {
            Assert.Ignore("Skipped because there is no Ceph: install ceph-mon, ceph-osd, radosgw and ceph-common (Debian).");
        }

        _gateway = await CephGateway.StartAsync(Region, Apis);
        _operator = ClientOf(new BasicAWSCredentials(Store.Keys.Id, Store.Keys.Secret));
    }

    [OneTimeTearDown]
    public async Task StopGateway()
    {
        _operator?.Dispose();
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    [Test]
    public async Task Gateway_with_notifications_lets_a_session_read_those_of_the_bucket()
    {
        var bucket = await CreateBucketAsync("notifications");
        using var session = ClientOf(await AssumeAsync(Store.SessionRoleArn, bucket));

        await session.GetBucketNotificationAsync(bucket);

        var location = Assert.ThrowsAsync<AmazonS3Exception>(() => session.GetBucketLocationAsync(bucket));
        Assert.That(location.ErrorCode, Is.EqualTo("AccessDenied"));
    }

    [Test]
    public async Task Role_that_admits_sessions_gives_a_session_all_its_rights()
    {
        var bucket = await CreateBucketAsync("trust");
        var credentials = await AssumeAsync(Store.RoleArn, bucket);
        using (var session = ClientOf(credentials))
        {
            Assert.ThrowsAsync<AmazonS3Exception>(() => PutAsync(session, bucket, Beside + "file.bin"));
        }

        using var again = ClientOf(await AssumeAsync(Store.RoleArn, bucket: null, credentials));
        await PutAsync(again, bucket, Beside + "file.bin");

        var limited = await AssumeAsync(Store.SessionRoleArn, bucket);
        Assert.ThrowsAsync<AmazonSecurityTokenServiceException>(() => AssumeAsync(Store.SessionRoleArn, bucket: null, limited));
    }

    [Test]
    public async Task Bucket_that_honours_public_acls_lets_a_session_publish_its_files()
    {
        var bucket = await CreateBucketAsync("acls");
        using var session = ClientOf(await AssumeAsync(Store.SessionRoleArn, bucket));

        await PutAsync(session, bucket, Own + "file.bin", S3CannedACL.PublicRead);
        Assert.That(await StatusForAnyoneAsync(bucket), Is.EqualTo(HttpStatusCode.OK), "without the setting");

        await BlockAsync(bucket, new PublicAccessBlockConfiguration { IgnorePublicAcls = true });
        Assert.That(await StatusForAnyoneAsync(bucket), Is.EqualTo(HttpStatusCode.Forbidden), "with the setting");
        await PutAsync(session, bucket, Own + "file.bin");

        await BlockAsync(bucket, new PublicAccessBlockConfiguration { BlockPublicAcls = true });
        Assert.ThrowsAsync<AmazonS3Exception>(() => PutAsync(Operator, bucket, Own + "file.bin"), "BlockPublicAcls");
    }

    [Test]
    public async Task Bucket_that_allows_the_user_of_the_server_allows_its_sessions_too()
    {
        var bucket = await CreateBucketAsync("policy");
        using var session = ClientOf(await AssumeAsync(Store.SessionRoleArn, bucket));
        Assert.ThrowsAsync<AmazonS3Exception>(() => PutAsync(session, bucket, Beside + "file.bin"));

        await Operator.PutBucketPolicyAsync(bucket, $$"""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/operator"]},
              "Action": ["s3:PutObject"], "Resource": ["arn:aws:s3:::{{bucket}}/*"]}]}
            """);

        await PutAsync(session, bucket, Beside + "file.bin");
    }

    private static Task<PutObjectResponse> PutAsync(AmazonS3Client s3, string bucket, string key, S3CannedACL? acl = null) =>
        s3.PutObjectAsync(new PutObjectRequest
        {
            BucketName = bucket, Key = key, InputStream = new MemoryStream(Content), UseChunkEncoding = false, CannedACL = acl,
        });

    private async Task BlockAsync(string bucket, PublicAccessBlockConfiguration configuration) =>
        await Operator.PutPublicAccessBlockAsync(
            new PutPublicAccessBlockRequest { BucketName = bucket, PublicAccessBlockConfiguration = configuration });

    private async Task<HttpStatusCode> StatusForAnyoneAsync(string bucket)
    {
        using var answer = await TestRun.Current.Http.GetAsync(new Uri(Store.Endpoint, $"/{bucket}/{Own}file.bin"));
        return answer.StatusCode;
    }

    private async Task<string> CreateBucketAsync(string purpose)
    {
        var name = "s3auth-settings-" + purpose;
        await Operator.PutBucketAsync(new PutBucketRequest { BucketName = name, UseClientRegion = false });
        return name;
    }

    private AmazonS3Client ClientOf(AWSCredentials credentials) => new(credentials, new AmazonS3Config
    {
        ServiceURL = Store.Endpoint.AbsoluteUri,
        AuthenticationRegion = Region,
        ForcePathStyle = true,
        MaxErrorRetry = 0,
        RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
        ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
    });

    /// <summary>Assumes a role, with the session policy of <see cref="Own"/> if a bucket is named.</summary>
    private async Task<SessionAWSCredentials> AssumeAsync(string role, string? bucket, AWSCredentials? credentials = null)
    {
        using var sts = new AmazonSecurityTokenServiceClient(
            credentials ?? new BasicAWSCredentials(Store.Keys.Id, Store.Keys.Secret),
            new AmazonSecurityTokenServiceConfig
            {
                ServiceURL = Store.Endpoint.AbsoluteUri, AuthenticationRegion = Region, MaxErrorRetry = 0,
            });
        var given = (await sts.AssumeRoleAsync(new AssumeRoleRequest
        {
            RoleArn = role,
            RoleSessionName = "session",
            Policy = bucket is null
                ? null
                : """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::"""
                    + $$"""{{bucket}}/{{Own}}*"]}]}""",
        })).Credentials;
        return new SessionAWSCredentials(given.AccessKeyId, given.SecretAccessKey, given.SessionToken);
    }
}
