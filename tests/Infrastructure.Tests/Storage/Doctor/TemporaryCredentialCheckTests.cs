namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

public sealed class TemporaryCredentialCheckTests
{
    private const string Issued =
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
            + "<AccessKeyId>A</AccessKeyId><SecretAccessKey>S</SecretAccessKey><SessionToken>T</SessionToken>"
            + "<Expiration>2030-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

    [TestCase(200, Issued, true)]
    [TestCase(403, "AccessDenied", true)]
    [TestCase(404, "NoSuchEntity", true)]
    [TestCase(400, "ValidationError", true)]
    [TestCase(400, "InvalidParameterValue", true)]
    [TestCase(403, "InvalidClientTokenId", true)]
    [TestCase(400, "MalformedPolicyDocument", true)]
    [TestCase(403, "RegionDisabledException", true)]
    [TestCase(400, "UnsupportedOperation", true)]
    [TestCase(405, "MethodNotAllowed", false)]
    [TestCase(501, "NotImplemented", false)]
    [TestCase(500, "InternalError", null)]
    [TestCase(503, "AccessDenied", null)]
    public async Task Error_shows_whether_there_is_an_sts(int status, string code, bool? works)
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = _ => (status, status == 200 ? code : $"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");

        var check = await store.RunAsync(new TemporaryCredentialCheck());

        Assert.That((check.Result, store.Exam.Capabilities.TemporaryCredentials), Is.EqualTo((StoreCheckResult.Ok, works)));
        Assert.That(
            check.Finding, Does.Contain(works switch { true => "store has STS", false => "has no STS", _ => "did not answer" }));
        Assert.That(store.Asked, Has.Count.EqualTo(1), "It is asked once, at the endpoint.");
    }

    [Test]
    public async Task Store_that_closes_the_connection_has_no_answer()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
        {
            request.HttpContext.Abort();
            return (200, "");
        };

        await store.RunAsync(new TemporaryCredentialCheck());

        Assert.That(store.Exam.Capabilities.TemporaryCredentials, Is.Null);
    }

    [Test]
    public async Task Sts_that_does_not_finish_its_answer_has_none()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            context.Response.ContentLength = 100;
            await context.Response.WriteAsync("<");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        });

        Assert.That(
            await AskAsync(server, ExaminedStore.Keys, timeout: TimeSpan.FromSeconds(1)).WaitAsync(TimeSpan.FromMinutes(1)), Is.Null);
    }

    [Test]
    public async Task Token_of_temporary_credentials_is_sent()
    {
        var token = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            token = context.Request.Headers["X-Amz-Security-Token"];
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
        });

        await AskAsync(server, new SigningCredentials("access", "secret", "token"));

        Assert.That(token, Is.EqualTo("token"));
    }

    private static async Task<bool?> AskAsync(LoopbackServer server, SigningCredentials keys, TimeSpan? timeout = null)
    {
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        var options = new StorageOptions
        {
            Bucket = "bucket-1",
            Region = "us-east-2",
            Endpoint = server.Url,
            Usage = new StoreUsage { RequestTimeout = timeout ?? TimeSpan.FromSeconds(30) },
        };
        var exam = new StoreExam(
            http, options, new StoreEndpoints(options).Current, keys, PutProbeTests.Layout, TimeProvider.System);
        await new TemporaryCredentialCheck().RunAsync(exam, CancellationToken.None);
        return exam.Capabilities.TemporaryCredentials;
    }
}
