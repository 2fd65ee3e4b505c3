using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http.Features;

namespace S3Auth.Infrastructure.Tests.Storage.Sessions;

/// <summary>AssumeRole at an STS whose answers are given.</summary>
public sealed class StsSessionSourceTests
{
    private static readonly SessionRequest Miner = new("5FHotkey", ["data/x/5F/"], MayWrite: true);
    private static readonly SigningCredentials Keys = new("AKIAEXAMPLE", "secret");
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    [Test]
    public async Task Role_name_duration_and_policy_are_sent()
    {
        await using var sts = await Sts.StartAsync();

        var session = await sts.Source().IssueAsync(Keys, Miner, TimeSpan.FromMinutes(90), default);

        Assert.That((session.AccessKeyId, session.SecretAccessKey, session.SessionToken), Is.EqualTo(("ASIA1", "s/1", "t==")));
        var form = sts.Forms.Single();
        Assert.That(
            (form["RoleArn"], form["RoleSessionName"], form["DurationSeconds"]),
            Is.EqualTo(("arn:aws:iam::1:role/s", "5FHotkey", "5400")));
        Assert.That(form["Policy"], Is.EqualTo(SessionPolicy.Create("bucket-1", ["data/x/5F/"], mayWrite: true)));
    }

    [Test]
    public async Task Policy_has_the_partition_of_the_role()
    {
        await using var sts = await Sts.StartAsync();

        await sts.Source(role: "arn:aws-cn:iam::1:role/s").IssueAsync(Keys, Miner, Hour, default);

        Assert.That(sts.Forms.Single()["Policy"], Does.Contain("arn:aws-cn:s3:::bucket-1/data/x/5F/*"));
    }

    [TestCase("/sts/v1", "/sts/v1")]
    [TestCase("", "/")]
    public async Task Endpoint_of_the_STS_may_have_a_path(string path, string asked)
    {
        await using var sts = await Sts.StartAsync();

        await sts.Source(new Uri(sts.Url, path)).IssueAsync(Keys, Miner, Hour, default);

        Assert.That(sts.Paths.Single().TrimEnd('/'), Is.EqualTo(asked.TrimEnd('/')));
    }

    [Test]
    public async Task Store_with_a_path_has_its_STS_at_the_root()
    {
        await using var sts = await Sts.StartAsync();

        await sts.Source(store: new Uri(sts.Url, "/s3/v1")).IssueAsync(Keys, Miner, Hour, default);

        Assert.That(sts.Paths.Single(), Is.EqualTo("/"));
    }

    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(299, true)]
    [TestCase(302, false)]
    [TestCase(-3601, false)]
    public async Task End_must_be_in_the_future_and_not_much_later_than_requested(int secondsLate, bool works)
    {
        await using var sts = await Sts.StartAsync();
        var end = sts.Time.GetUtcNow() + Hour + TimeSpan.FromSeconds(secondsLate);
        sts.Answer = _ => (200, Sts.Issued($"{end:yyyy-MM-ddTHH:mm:ss.999Z}"));

        if (works)
        {
            var session = await sts.Source().IssueAsync(Keys, Miner, Hour, default);
            Assert.That(session.Expiry, Is.EqualTo(end), "Whole seconds, not later than the store's end.");
        }
        else
        {
            Assert.That((await FailAsync(sts)).Reason, Is.EqualTo(SessionSourceException.Kind.Refused));
        }
    }

    [TestCase("", "s", "t")]
    [TestCase("A", "s s", "t")]
    [TestCase("A", "s", "t\u00e9")]
    public async Task Credentials_must_be_visible_ASCII(string key, string secret, string token)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (200, Sts.Issued("2030-01-01T00:30:00Z", key, secret, token));

        Assert.That((await FailAsync(sts)).Message, Does.Contain("without usable credentials"));
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task This_servers_own_keys_are_no_session(bool hasId, bool hasSecret)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (200, Sts.Issued(
            "2030-01-01T00:30:00Z", hasId ? Keys.AccessKey : "A", hasSecret ? Keys.SecretKey : "s", "t"));

        Assert.That((await FailAsync(sts)).Message, Does.Contain("with the keys that asked for it"));
    }

    [TestCase(403, "AccessDenied", nameof(SessionSourceException.Kind.Refused), "trust policy")]
    [TestCase(404, "NoSuchEntity", nameof(SessionSourceException.Kind.Refused), "STS_ROLE_ARN")]
    [TestCase(400, "MalformedPolicyDocument", nameof(SessionSourceException.Kind.Refused), "does not accept the policies")]
    [TestCase(400, "ValidationError", nameof(SessionSourceException.Kind.Refused), "SESSION_MAX_SECONDS")]
    [TestCase(400, "InvalidArgument", nameof(SessionSourceException.Kind.Refused), "SESSION_MAX_SECONDS")]
    [TestCase(403, "RegionDisabledException", nameof(SessionSourceException.Kind.Refused), "S3_REGION")]
    [TestCase(403, "InvalidClientTokenId", nameof(SessionSourceException.Kind.Refused), "AWS_ACCESS_KEY_ID")]
    [TestCase(403, "UserSuspended", nameof(SessionSourceException.Kind.Refused), "Enable this server's user")]
    [TestCase(405, "MethodNotAllowed", nameof(SessionSourceException.Kind.Refused), "STS_ENDPOINT")]
    [TestCase(501, "NotImplemented", nameof(SessionSourceException.Kind.Refused), "STS_ENDPOINT")]
    [TestCase(400, "PackedPolicyTooLarge", nameof(SessionSourceException.Kind.PolicyTooLong), "shorter prefixes")]
    [TestCase(400, "Throttling", nameof(SessionSourceException.Kind.Unavailable), null)]
    [TestCase(429, "Whatever", nameof(SessionSourceException.Kind.Unavailable), null)]
    [TestCase(503, "AccessDenied", nameof(SessionSourceException.Kind.Unavailable), null)]
    [TestCase(403, "ExpiredToken", nameof(SessionSourceException.Kind.Unavailable), null)]
    public async Task Error_says_what_the_operator_can_do(int status, string code, string kind, string? advice)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (
            status, $"<ErrorResponse><Error><Code>{code}</Code><Message>See http://10.0.0.1/x now</Message></Error></ErrorResponse>");

        var failure = await FailAsync(sts);

        Assert.That((failure.Reason, failure.IsTransient), Is.EqualTo((Enum.Parse<SessionSourceException.Kind>(kind), advice is null)));
        Assert.That(failure.Message, Is.EqualTo($"the STS refuses: {code} (See ... now)."));
        Assert.That(failure.Advice, advice is null ? Is.Null : Does.Contain(advice));
    }

    [Test]
    public async Task Error_of_Ceph_has_no_message()
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (
            403, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code><Message></Message><RequestId>tx1</RequestId></Error>");

        Assert.That((await FailAsync(sts)).Message, Is.EqualTo("the STS refuses: AccessDenied."));
    }

    [Test]
    public async Task Code_that_is_none_is_not_quoted()
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (403, "<ErrorResponse><Error><Code>See http://10.0.0.1/x</Code><Message>No</Message></Error></ErrorResponse>");

        Assert.That((await FailAsync(sts)).Message, Is.EqualTo("the STS answers 403 without an error of an STS."));
    }

    [TestCase(200, "<html>")]
    [TestCase(200, "")]
    [TestCase(404, "<html>no</html>")]
    public async Task Answer_of_something_else_is_a_failure(int status, string body)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (status, body);

        Assert.That((await FailAsync(sts)).Message, Does.StartWith("the STS"));
    }

    [Test]
    public async Task Long_answer_is_not_read()
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = _ => (200, Sts.Issued("2030-01-01T00:30:00Z") + new string(' ', 70_000));

        Assert.That((await FailAsync(sts)).Reason, Is.EqualTo(SessionSourceException.Kind.Unavailable));
    }

    [Test]
    public void Unreachable_STS_is_unavailable()
    {
        using var sts = new Sts();

        var failure = Assert.ThrowsAsync<SessionSourceException>(() =>
            sts.Source(new Uri("http://127.0.0.1:1")).IssueAsync(Keys, Miner, Hour, default));

        Assert.That(failure!.Reason, Is.EqualTo(SessionSourceException.Kind.Unavailable));
        Assert.That(failure.Advice, Does.Contain("STS_ENDPOINT"));
    }

    [Test]
    public async Task Calls_to_an_STS_that_stalls_are_bounded_in_number_and_time()
    {
        await using var sts = await Sts.StartAsync();
        sts.Stalls = true;
        using var source = sts.Source(callsAtOnce: 2);

        var calls = Enumerable.Range(0, 2 + StsSessionSource.MaxWaiting + 3)
            .Select(_ => source.IssueAsync(Keys, Miner, Hour, default)).ToArray();
        await Wait.UntilAsync(() => calls.Count(call => call.IsCompleted) == 3);
        Assert.That(calls[^1].Exception!.InnerException!.Message, Does.Contain("too many calls wait"));
        await Wait.UntilAsync(() => sts.Paths.Count == 2);

        sts.Time.Advance(TimeSpan.FromSeconds(5));
        await Wait.UntilAsync(() => calls.All(call => call.IsFaulted));

        Assert.That(sts.Paths, Has.Count.EqualTo(2), "The calls that waited were not sent.");
        Assert.That(
            calls.Count(call => call.Exception!.InnerException is SessionSourceException { Reason: SessionSourceException.Kind.Timeout }),
            Is.EqualTo(2 + StsSessionSource.MaxWaiting));

        sts.Stalls = false;
        var later = Enumerable.Range(0, StsSessionSource.MaxWaiting).Select(_ => source.IssueAsync(Keys, Miner, Hour, default));
        Assert.That(await Task.WhenAll(later), Has.All.Not.Null, "The slots and the places of those who waited are free again.");
    }

    [Test]
    public async Task Caller_that_leaves_ends_the_call()
    {
        await using var sts = await Sts.StartAsync();
        sts.Stalls = true;
        using var leaves = new CancellationTokenSource();

        var call = sts.Source().IssueAsync(Keys, Miner, Hour, leaves.Token);
        await Wait.UntilAsync(() => sts.Paths.Count == 1);
        await leaves.CancelAsync();

        Assert.That(async () => await call, Throws.InstanceOf<OperationCanceledException>());
    }

    [TestCase(200, "", true)]
    [TestCase(403, "AccessDenied", false)]
    [TestCase(400, "ValidationError", null)]
    [TestCase(403, "SignatureDoesNotMatch", null)]
    [TestCase(503, "AccessDenied", null)]
    public async Task Session_asks_for_another_one_without_a_policy(int status, string code, bool? unlimited)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = status == 200 ? sts.Answer : _ => (status, $"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");

        Assert.That(
            await sts.Source().IssuesUnlimitedAsync(new SigningCredentials("ASIA1", "s", "token"), default), Is.EqualTo(unlimited));

        Assert.That(sts.Forms.Single().ContainsKey("Policy"), Is.False);
        Assert.That(sts.Tokens.Single(), Is.EqualTo("token"));
    }

    [TestCase(200, "ok")]
    [TestCase(403, "refused")]
    [TestCase(503, "storage_unavailable")]
    public async Task Calls_are_measured(int status, string outcome)
    {
        await using var sts = await Sts.StartAsync();
        sts.Answer = status == 200 ? sts.Answer : _ => (status, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
        var measured = new ConcurrentQueue<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "s3auth.store.duration" && instrument.Meter.Scope == sts.Meters)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>(
            (_, _, tags, _) => measured.Enqueue(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        listener.Start();

        try
        {
            await sts.Source().IssueAsync(Keys, Miner, Hour, default);
        }
        catch (SessionSourceException)
        {
            // The refusal is measured, too.
        }

        Assert.That(measured, Is.EqualTo((string[])[$"assume_role {outcome}"]));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void One_source_always_fits_into_a_policy(bool mayWrite)
    {
        var template = $"{new string('a', LayoutTemplate.MaxLength - "/{source}/{coldkey}/".Length)}/{{source}}/{{coldkey}}/";
        var layout = Layouts.Of(template, new string('s', 32));
        var prefix = layout.DiscoveryPrefixes.Single().Prefix + new string('5', 48) + "/";
        using var sts = new Sts();

        Assert.That(template, Has.Length.EqualTo(LayoutTemplate.MaxLength));
        Assert.That(
            sts.Source(bucket: new string('b', 63), role: "arn:aws-us-gov:iam::1:role/s")
                .CanIssue(new SessionRequest("5F", [prefix], mayWrite)),
            Is.True);
    }

    [TestCase("data/{source}/{coldkey}/", 8, true)]
    [TestCase("data/{source}/hotkey={hotkey}/", 8, true)]
    [TestCase("sn{netuid}/{source}/{hotkey}/", 8, true)]
    [TestCase("{source}/{hotkey}/", 8, true)]
    [TestCase("a-template-that-is-as-long-as-most-operators-would-ever-write-one/{source}/{hotkey}/", 8, false)]
    public void Policy_of_eight_sources_fits_unless_the_template_is_long(string template, int count, bool fits)
    {
        var layout = Layouts.Of(template, [.. Enumerable.Range(0, count).Select(i => $"source-{i}")]);
        var prefixes = layout.DiscoveryPrefixes.Select(root => $"{root.Prefix}{new string('5', 48)}/").ToArray();
        using var sts = new Sts();

        Assert.That(prefixes, Has.Length.EqualTo(count));
        Assert.That(SessionPolicy.Create("s3auth", prefixes, mayWrite: true).Length <= SessionPolicy.MaxLength, Is.EqualTo(fits));
        Assert.That(sts.Source(bucket: "s3auth").CanIssue(new SessionRequest("5F", prefixes, MayWrite: true)), Is.EqualTo(fits));
    }

    private static async Task<SessionSourceException> FailAsync(Sts sts) =>
        await sts.Source().IssueAsync(Keys, Miner, Hour, default).WaitAsync(TimeSpan.FromMinutes(1)).ContinueWith(
            call => call.Exception?.InnerException as SessionSourceException, TaskScheduler.Default)
            ?? throw new AssertionException("It issued a session, or failed in another way.");

    private sealed class Sts : IAsyncDisposable, IDisposable
    {
        private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        private LoopbackServer? _server;

        public Sts() => Answer = _ => (200, Issued("2030-01-01T01:00:00Z"));

        public TestTime Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

        public IMeterFactory Meters => _services.GetRequiredService<IMeterFactory>();

        public Func<HttpContext, (int Status, string Body)> Answer { get; set; }

        public bool Stalls { get; set; }

        public ConcurrentQueue<Dictionary<string, string>> Forms { get; } = new();

        public ConcurrentQueue<string> Paths { get; } = new();

        public ConcurrentQueue<string> Tokens { get; } = new();

        public Uri Url => _server!.Url;

        public static async Task<Sts> StartAsync()
        {
            var sts = new Sts();
            sts._server = await LoopbackServer.StartAsync(sts.AnswerAsync);
            return sts;
        }

        public static string Issued(string end, string key = "ASIA1", string secret = "s/1", string token = "t==") =>
            "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>"
                + $"<AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{token}</SessionToken>"
                + $"<Expiration>{end}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

        public StsSessionSource Source(
            Uri? endpoint = null,
            string role = "arn:aws:iam::1:role/s",
            Uri? store = null,
            int callsAtOnce = 16,
            string bucket = "bucket-1")
        {
            var storage = new StorageOptions { Bucket = bucket, Region = "us-east-2", Endpoint = store ?? new Uri("http://127.0.0.1:1") };
            var options = new SessionIssuerOptions
            {
                Mode = SessionMode.Sts,
                RoleArn = role,
                StsEndpoint = endpoint ?? (store is null ? _server?.Url : null),
                StsCallsAtOnce = callsAtOnce,
            };
            return new StsSessionSource(storage, options, new StoreMetrics(Meters, new StoreState(), Time), Time);
        }

        public void Dispose() => _services.Dispose();

        public async ValueTask DisposeAsync()
        {
            await _services.DisposeAsync();
            await _server!.DisposeAsync();
        }

        private async Task AnswerAsync(HttpContext context)
        {
            Paths.Enqueue(context.Features.Get<IHttpRequestFeature>()!.RawTarget);
            Tokens.Enqueue(context.Request.Headers["X-Amz-Security-Token"].ToString());
            var form = await context.Request.ReadFormAsync();
            Forms.Enqueue(form.ToDictionary(field => field.Key, field => field.Value.ToString()));
            if (Stalls)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                return;
            }

            var (status, body) = Answer(context);
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(body);
        }
    }
}
