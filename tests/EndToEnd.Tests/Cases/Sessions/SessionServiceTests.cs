using Amazon.Runtime;
using Amazon.S3;
using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;

namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>Sessions of servers with settings of their own: limits, ends, and a Security Token Service that does not answer.</summary>
public sealed class SessionServiceTests() : RealBucketFixture("s3auth-sessions")
{
    private const int Clients = 64;

    // The timeout of a call to the STS is 5 s.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private static readonly Account Validator = Subnet.Validator.Hotkey;
    private static readonly Miner Bob = Subnet.OrdinaryMiner;

    private readonly Subnet _subnet = Subnet.Create(Clients);
    private readonly ScratchFolder _folder = new("sessions");

    [OneTimeSetUp]
    public Task BlockPublicAccess() => Store.BlockPublicAccessAsync();

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public async Task Reused_session_costs_nothing_and_new_ones_count_until_the_limit()
    {
        await using var api = await StartAsync(("DAILY_SESSIONS_PER_HOTKEY", "3"), ("SESSION_MAX_SECONDS", "3600"));
        var first = await api.Client.SendAsync(Call.Session(Bob));
        var again = await api.Client.SendAsync(Call.Session(Bob));
        var next = await api.Client.SendAsync(Call.Session(Bob, source: "x"));
        var before = DateTimeOffset.UtcNow;
        var shorter = await api.Client.AskAsync<SessionGrant>(Call.Session(Bob, seconds: 900));
        var after = DateTimeOffset.UtcNow;
        var refused = await api.Client.SendAsync(Call.Session(Bob, source: "x", seconds: 900));
        var cached = await api.Client.SendAsync(Call.Session(Bob, seconds: 900));

        var key = ServiceClient.Read<SessionGrant>(first).AccessKeyId;
        var ofSource = ServiceClient.Read<SessionGrant>(next);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ServiceClient.Read<SessionGrant>(again).AccessKeyId, Is.EqualTo(key), "the same session");
            Assert.That(first.Left("session"), Is.EqualTo(2));
            Assert.That(again.RateLimit, Is.Null, "the same session costs nothing");
            Assert.That(next.Left("session"), Is.EqualTo(1));
            Assert.That(ofSource.AccessKeyId, Is.Not.EqualTo(key), "another scope");
            Assert.That(ofSource.Prefixes, Is.EqualTo((string[])[$"data/x/{Bob.Coldkey}/"]));
            Assert.That(shorter.AccessKeyId, Is.Not.EqualTo(key), "another duration");
            Assert.That(shorter.Expiration, Is.InRange(before.AddSeconds(900 - 1), after.AddSeconds(900 + 1)));
            Assert.That((refused.Status, refused.Code), Is.EqualTo((HttpStatusCode.TooManyRequests, "quota_exceeded")), refused.ToString());
            Assert.That(int.Parse(refused.RetryAfter!, CultureInfo.InvariantCulture), Is.InRange(1, 24 * 60 * 60));
            Assert.That(cached.Status, Is.EqualTo(HttpStatusCode.OK), "a session that was given before");
            Assert.That((await api.Client.SendAsync(Call.FolderAccess(Bob))).Status, Is.EqualTo(HttpStatusCode.OK), "other grants");
        }
    }

    [Test]
    public async Task Sessions_of_two_instances_work_at_the_same_time()
    {
        await using var one = await StartAsync();
        await using var another = await StartAsync();
        var first = await one.Client.AskAsync<SessionGrant>(Call.Session(Bob));
        var second = await another.Client.AskAsync<SessionGrant>(Call.Session(Bob));

        Assert.That(second.AccessKeyId, Is.Not.EqualTo(first.AccessKeyId));
        foreach (var session in new[] { first, second })
        {
            using var own = Store.As(session.Keys);
            await own.PutAsync(session.Prefixes[0] + "file.bin", new byte[2000]);
            Assert.That(await own.ListKeysAsync(session.Prefixes[0]), Does.Contain(session.Prefixes[0] + "file.bin"));
        }
    }

    [Test]
    public async Task Hotkey_without_permit_or_stake_gets_no_session_as_a_validator()
    {
        await using var api = await StartAsync();

        foreach (var account in new[] { Bob.Hotkey, Subnet.WithoutStake.Hotkey, Subnet.WithoutPermit.Hotkey })
        {
            var refused = await api.Client.SendAsync(Call.Session(account));
            Assert.That((refused.Status, refused.Code), Is.EqualTo((HttpStatusCode.Forbidden, "not_a_validator")), refused.ToString());
        }
    }

    [Test]
    public async Task Server_without_sessions_says_what_to_call_instead()
    {
        await using var api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("off"));

        var miner = await api.Client.SendAsync(Call.Session(Bob));
        var validator = await api.Client.SendAsync(Call.Session(Validator));

        Assert.That((miner.Status, miner.Code), Is.EqualTo((HttpStatusCode.Conflict, "session_credentials_unsupported")));
        Assert.That(miner.Detail, Does.Contain("/get-file-upload-urls").And.Contain("/list-my-files"));
        Assert.That((validator.Status, validator.Code), Is.EqualTo((HttpStatusCode.Conflict, "session_credentials_unsupported")));
        Assert.That(validator.Detail, Does.Contain("/list-files").And.Contain("/get-validator-access"));
    }

    [Test]
    public async Task Expiration_in_the_answer_is_the_one_of_the_store()
    {
        await using var sts = new RecordingProxy(Real.Endpoint.Port);
        await using var api = await StartAsync(("STS_ENDPOINT", $"http://127.0.0.1:{sts.Port}"));

        var session = await api.Client.AskAsync<SessionGrant>(Call.Session(Bob, seconds: 1000));

        var answer = sts.Returned.Split("<AssumeRoleResponse", StringSplitOptions.None)
            .Single(one => one.Contains(session.AccessKeyId, StringComparison.Ordinal));
        var end = Regex.Match(
            answer, "<Expiration>(?<end>[^<]+)<", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)).Groups["end"].Value;
        Assert.That(
            session.Expiration.ToUnixTimeSeconds(),
            Is.EqualTo(DateTimeOffset.Parse(end, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds()));
    }

    [Test]
    public async Task Session_ends_to_the_second()
    {
        // The server's sessions last 15 minutes at least. This one is shorter and otherwise the same; the next test is about the server's.
        var keys = await AssumeRoleAsync(TimeSpan.FromSeconds(45));

        await AssertEndToTheSecondAsync(keys, "data/x/short/");
    }

    [Test]
    [Category("Nightly")]
    public async Task Session_works_until_the_expiration_in_the_answer()
    {
        await using var api = await StartAsync();
        var session = await api.Client.AskAsync<SessionGrant>(Call.Session(Bob, seconds: 900));

        await AssertEndToTheSecondAsync(session.Keys, session.Prefixes[0]);
    }

    [Test]
    public async Task Stalled_sts_ends_the_requests_that_need_it_and_delays_no_other()
    {
        await using var sts = new StallingProxy(Real.Endpoint.Port);
        await using var api = await StartAsync(("STS_ENDPOINT", $"http://127.0.0.1:{sts.Port}"));
        await api.Client.GetFolderAccessAsync(Bob);
        sts.Stall();

        var hanging = _subnet.Miners.Select(miner => TimeAsync(api, Call.Session(miner))).ToList();
        var others = new List<(Answer Answer, TimeSpan Time)>();
        while (!hanging.TrueForAll(one => one.IsCompleted))
        {
            others.Add(await TimeAsync(api, Call.FolderAccess(_subnet.Miners[others.Count % Clients])));
        }

        var ended = await Task.WhenAll(hanging);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.Select(one => one.Answer.Status), Has.All.EqualTo(HttpStatusCode.GatewayTimeout));
            Assert.That(ended.Select(one => one.Answer.RetryAfter), Has.All.Not.Null);
            Assert.That(ended.Max(one => one.Time), Is.LessThan(LongestWait));
            Assert.That(ended.Min(one => one.Time), Is.GreaterThan(TimeSpan.FromSeconds(3)), "nothing hung");
            // These requests are sent one after the other. If each were delayed, there would be only a few.
            Assert.That(others, Has.Count.GreaterThan(4));
            Assert.That(others.Select(one => one.Answer.Status), Has.All.EqualTo(HttpStatusCode.OK));
            Assert.That(others.Count(one => one.Time > TimeSpan.FromSeconds(4)), Is.LessThanOrEqualTo(1));
        }

        sts.GoOn();
        await WaitForSessionsAsync(api);
    }

    [Test]
    public async Task Server_starts_without_its_sts_and_refuses_sessions_only()
    {
        var clock = Stopwatch.StartNew();
        await using var api = await StartWithoutWaitingAsync(("STS_ENDPOINT", $"http://127.0.0.1:{FreePort.Next()}"));
        var start = clock.Elapsed;

        var refused = await TimeAsync(api, Call.Session(Bob));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(start, Is.LessThan(TimeSpan.FromMinutes(1)));
            Assert.That(
                (refused.Answer.Status, refused.Answer.Code),
                Is.EqualTo((HttpStatusCode.ServiceUnavailable, "storage_unavailable")),
                refused.Answer.ToString());
            Assert.That(refused.Answer.RetryAfter, Is.Not.Null);
            Assert.That(refused.Time, Is.LessThan(LongestWait));
            Assert.That((await api.Client.SendAsync(Call.FolderAccess(Bob))).Status, Is.EqualTo(HttpStatusCode.OK));
        }
    }

    private async Task AssertEndToTheSecondAsync(TemporaryKeys keys, string folder)
    {
        using var own = Store.As(keys);
        await UntilAsync(keys.Ends.AddSeconds(-2));
        try
        {
            await own.PutAsync(folder + "file.bin", new byte[2000]);
        }
        catch (AmazonS3Exception) when (DateTimeOffset.UtcNow >= keys.Ends)
        {
            // On a busy machine, the request can arrive after the end.
        }

        await UntilAsync(keys.Ends.AddSeconds(2));
        Assert.That(
            Assert.ThrowsAsync<AmazonS3Exception>(() => own.PutAsync(folder + "late.bin", new byte[2000])).StatusCode,
            Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private static Task UntilAsync(DateTimeOffset moment)
    {
        var left = moment - DateTimeOffset.UtcNow;
        return left > TimeSpan.Zero ? Task.Delay(left) : Task.CompletedTask;
    }

    private static async Task<(Answer Answer, TimeSpan Time)> TimeAsync(ApiProcess api, Call call)
    {
        var clock = Stopwatch.StartNew();
        var answer = await api.Client.SendAsync(call);
        return (answer, clock.Elapsed);
    }

    /// <summary>Waits until the server has found out that the store enforces the limits of sessions. Uses a hotkey of its own.</summary>
    private static Task WaitForSessionsAsync(ApiProcess api) => Wait.UntilAsync(
        async () => (await api.Client.SendAsync(Call.Session(Validator))).Status == HttpStatusCode.OK, timeout: TimeSpan.FromMinutes(3));

    private async Task<ApiProcess> StartAsync(params (string Name, string Value)[] more)
    {
        var api = await StartWithoutWaitingAsync(more);
        try
        {
            await WaitForSessionsAsync(api);
        }
        catch
        {
            await api.DisposeAsync();
            throw;
        }

        return api;
    }

    private async Task<ApiProcess> StartWithoutWaitingAsync(params (string Name, string Value)[] more)
    {
        var settings = ApiProcess.SettingsWithSessions(
            Real, await _subnet.WriteAsync(_folder), Store.Name, _folder.Sub(Guid.NewGuid().ToString()));
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }

        return await ApiProcess.StartAsync(settings);
    }

    /// <summary>Requests a session of the server's role with the session policy of a folder.</summary>
    private async Task<TemporaryKeys> AssumeRoleAsync(TimeSpan duration)
    {
        using var sts = new AmazonSecurityTokenServiceClient(
            new BasicAWSCredentials(Real.Keys.Id, Real.Keys.Secret),
            new AmazonSecurityTokenServiceConfig { ServiceURL = Real.Endpoint.AbsoluteUri, AuthenticationRegion = Real.Region });
        try
        {
            var given = (await sts.AssumeRoleAsync(new AssumeRoleRequest
            {
                RoleArn = Real.SessionRoleArn,
                RoleSessionName = Bob.Hotkey.Address,
                DurationSeconds = (int)duration.TotalSeconds,
                Policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::"""
                    + $$"""{{Store.Name}}/data/x/short/*"]}]}""",
            })).Credentials;
            return new TemporaryKeys(
                new AccessKeys(given.AccessKeyId, given.SecretAccessKey),
                given.SessionToken,
                new DateTimeOffset(given.Expiration!.Value.ToUniversalTime()));
        }
        catch (AmazonServiceException refused) when (refused.ErrorCode is "InvalidParameterValue" or "InvalidArgument" && !Real.IsOurs)
        {
            Assert.Ignore($"Skipped because {Real.Name} gives no sessions of {duration.TotalSeconds} s.");
            throw;
        }
    }

    /// <summary>Forwards connections and keeps what the server answers.</summary>
    private sealed class RecordingProxy(int target) : ForwardingProxy(target)
    {
        private readonly StringBuilder _returned = new();

        public string Returned
        {
            get
            {
                lock (_returned)
                {
                    return _returned.ToString();
                }
            }
        }

        protected override Task ForwardAsync(NetworkStream client, NetworkStream server, CancellationToken cancellationToken) =>
            client.CopyToAsync(server, cancellationToken);

        protected override async Task ReturnAsync(NetworkStream server, NetworkStream client, CancellationToken cancellationToken)
        {
            var buffer = new byte[16 * 1024];
            int read;
            while ((read = await server.ReadAsync(buffer, cancellationToken)) > 0)
            {
                lock (_returned)
                {
                    _returned.Append(Encoding.UTF8.GetString(buffer, 0, read));
                }

                await client.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
    }
}
