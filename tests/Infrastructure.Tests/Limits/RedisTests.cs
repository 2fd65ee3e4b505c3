using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Hosting;
using S3Auth.Infrastructure.WarmUp;
using StackExchange.Redis;

namespace S3Auth.Infrastructure.Tests.Limits;

/// <summary>Instances that share limits through a real Redis.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RedisTests
{
    private const string Scope = "test:46:bucket-1";

    private readonly List<ServiceProvider> _instances = [];
    private readonly Log _log = new();
    private readonly DateTimeOffset _until = TimeProvider.System.GetUtcNow().AddSeconds(301);
    private RedisServer _redis = null!;

    [SetUp]
    public void SetUp()
    {
        if (!RedisServer.IsInstalled)
        {
            Assert.Ignore("There is no redis-server on the PATH.");
        }

        _redis = new RedisServer();
    }

    [TearDown]
    public async Task TearDown()
    {
        foreach (var instance in _instances)
        {
            await Link(instance).StopAsync(CancellationToken.None);
            await instance.DisposeAsync();
        }

        _instances.Clear();
        _redis?.Dispose();
    }

    [Test]
    public async Task Instances_together_grant_up_to_the_limit()
    {
        var instances = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());
        var granted = new ConcurrentBag<QuotaCount>();

        await Parallel.ForAsync(0, 3000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            granted.Add(await Quota(instances[i % 3]).TakeAsync(MemoryQuotaTests.Request(1, limit: 500), CancellationToken.None)));

        Assert.That(granted, Has.All.Matches<QuotaCount>(count => count.IsShared));
        Assert.That(granted.Count(count => count.Granted), Is.EqualTo(500));
        Assert.That(await Quota(instances[0]).CountAsync(MemoryQuotaTests.Request(1, 1).Day, CancellationToken.None), Is.EqualTo(500));
    }

    [Test]
    public async Task Instances_together_grant_exactly_the_limits_of_grants_and_files_to_batches()
    {
        var instances = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());

        // Files limit the batches of the first hotkey, grants those of the second, and nothing those of the third.
        var (files, grants, continued) =
            (new ConcurrentBag<QuotaCount>(), new ConcurrentBag<QuotaCount>(), new ConcurrentBag<QuotaCount>());
        await Parallel.ForAsync(0, 10_000, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            var quota = Quota(instances[i % 3]);
            files.Add(await quota.TakeAsync(MemoryQuotaTests.Batch(1, 1, i % 7 + 1, limit: 9000, fileLimit: 5000), CancellationToken.None));
            grants.Add(await quota.TakeAsync(MemoryQuotaTests.Batch(2, 1, 3, limit: 250, fileLimit: 5000), CancellationToken.None));
            continued.Add(await quota.TakeAsync(MemoryQuotaTests.Batch(3, 0, 1, limit: 0, fileLimit: 20_000), CancellationToken.None));
        });

        Assert.That(files.Concat(grants).Concat(continued), Has.All.Matches<QuotaCount>(count => count.IsShared));
        Assert.That(files.Max(count => count.FilesUsed), Is.EqualTo(5000));
        Assert.That(files.Max(count => count.Used), Is.EqualTo(files.Count(count => count.Granted)), "a refused batch takes no grant");
        Assert.That(
            (grants.Count(count => count.Granted), grants.Max(count => count.Used), grants.Max(count => count.FilesUsed)),
            Is.EqualTo((250, 250L, 750L)),
            "a refused batch takes no files");
        Assert.That((continued.Count(count => count.Granted), continued.Max(count => count.FilesUsed)), Is.EqualTo((10_000, 10_000L)));
        Assert.That(
            await Quota(instances[0]).CountAsync(MemoryQuotaTests.Request(1, 1).Day, CancellationToken.None),
            Is.EqualTo(files.Count(count => count.Granted) + 250),
            "parts take no grant");
    }

    [Test]
    public async Task Refund_of_a_batch_gives_back_its_grant_and_its_files_at_all_instances()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var request = MemoryQuotaTests.Batch(1, 1, 40, limit: 9, fileLimit: 100);
        await Quota(one).TakeAsync(request, CancellationToken.None);
        var taken = await Quota(one).TakeAsync(request, CancellationToken.None);
        Assert.That((taken.Granted, taken.Used, taken.FilesUsed, taken.TotalUsed), Is.EqualTo((true, 2, 80, 2)));

        Quota(one).Refund(request, taken);

        var nothing = request with { Cost = default };
        Assert.That(
            async () => await Quota(other).TakeAsync(nothing, CancellationToken.None),
            Is.EqualTo(new QuotaCount(Granted: true, 1, 40, 1, IsShared: true)).After(60_000, 20));
        Assert.That(
            (await Link(one).TryExecuteAsync(database => database.ScriptEvaluateAsync(
                "local ttls = {} for i, key in ipairs(redis.call('KEYS', '*quota*')) do ttls[i] = redis.call('TTL', key) end return ttls")))
                .Answer is { } ttls ? (long[]?)ttls : null,
            Has.Length.EqualTo(3).And.All.Positive,
            "counters expire after a refund too");
    }

    [Test]
    public async Task Request_without_grants_needs_none_although_the_limit_is_exceeded()
    {
        var one = await StartAsync();
        await Quota(one).TakeAsync(MemoryQuotaTests.Batch(1, 2, 1, limit: 9, fileLimit: 100), CancellationToken.None);

        var taken = await Quota(one).TakeAsync(MemoryQuotaTests.Batch(1, 0, 1, limit: 1, fileLimit: 100), CancellationToken.None);

        Assert.That((taken.Granted, taken.Used, taken.FilesUsed), Is.EqualTo((true, 2, 2)));
    }

    [Test]
    public async Task Refund_never_leaves_less_than_nothing()
    {
        var one = await StartAsync();
        var small = MemoryQuotaTests.Batch(1, 1, 5, limit: 9, fileLimit: 100);
        var taken = await Quota(one).TakeAsync(small, CancellationToken.None);

        Quota(one).Refund(small with { Cost = new QuotaCost(4, 40) }, taken);

        Assert.That(
            async () => await Quota(one).TakeAsync(small with { Cost = default }, CancellationToken.None),
            Is.EqualTo(new QuotaCount(Granted: true, 0, 0, 0, IsShared: true)).After(60_000, 20));
        Assert.That(
            (await Link(one).TryExecuteAsync(database => database.ScriptEvaluateAsync(
                "local n = 0 for _, key in ipairs(redis.call('KEYS', '*quota*')) do n = math.min(n, redis.call('GET', key)) end return n")))
                .Answer is { } least ? (long)least : -1,
            Is.Zero);
    }

    [Test]
    public async Task Files_counted_while_redis_is_down_and_refunds_of_that_time_reach_redis_afterwards()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var request = MemoryQuotaTests.Batch(1, 1, 30, limit: 9, fileLimit: 100);
        var shared = await Quota(one).TakeAsync(request, CancellationToken.None);
        await Quota(one).TakeAsync(request, CancellationToken.None);
        _redis.Kill();

        var alone = await Quota(one).TakeAsync(request, CancellationToken.None);
        var refused = await Quota(one).TakeAsync(request, CancellationToken.None);
        Assert.That((alone.Granted, alone.FilesUsed, alone.IsShared), Is.EqualTo((true, 90, false)));
        Assert.That((refused.Granted, refused.Used, refused.FilesUsed), Is.EqualTo((false, 3, 90)));

        // Another grant becomes free, although Redis counted it and is down.
        Quota(one).Refund(request, shared);
        Assert.That((await Quota(one).TakeAsync(request, CancellationToken.None)).Granted);

        await Wait.UntilAsync(() => Link(other).IsReachable is false);

        // The new Redis is empty, so it gets what was counted alone: two batches minus the refunded one.
        _redis.Start();
        await UntilThereAsync(one);
        await UntilThereAsync(other);
        await Quota(one).TakeAsync(request, CancellationToken.None);
        Assert.That(
            await Quota(other).TakeAsync(request with { Cost = default }, CancellationToken.None),
            Is.EqualTo(new QuotaCount(Granted: true, 2, 60, 2, IsShared: true)));
    }

    [Test]
    public async Task Total_limits_all_hotkeys_and_instances_together()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var granted = 0;
        for (byte i = 0; i < 40; i++)
        {
            var request = MemoryQuotaTests.Request(i, limit: 5, total: 25);
            granted += (await Quota(i % 2 == 0 ? one : other).TakeAsync(request, CancellationToken.None)).Granted ? 1 : 0;
        }

        Assert.That(granted, Is.EqualTo(25));
    }

    [Test]
    public async Task Grant_that_one_instance_gives_back_can_be_taken_at_another()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var request = MemoryQuotaTests.Request(1, limit: 1);
        var taken = await Quota(one).TakeAsync(request, CancellationToken.None);
        Assert.That((await Quota(other).TakeAsync(request, CancellationToken.None)).Granted, Is.False);

        Quota(one).Refund(request, taken);

        Assert.That(async () => (await Quota(other).TakeAsync(request, CancellationToken.None)).Granted, Is.True.After(60_000, 20));
    }

    [Test]
    public async Task Proof_that_one_instance_accepted_is_refused_by_all()
    {
        var (one, other) = (await StartAsync(), await StartAsync());

        Assert.That(await Guard(one).UseAsync(Proof(1), CancellationToken.None), Is.EqualTo(ProofUse.First));
        Assert.That(await Guard(other).UseAsync(Proof(1), CancellationToken.None), Is.EqualTo(ProofUse.Repeated));
    }

    [Test]
    public async Task Proof_that_is_sent_to_several_instances_at_once_is_accepted_once()
    {
        var instances = await Task.WhenAll(StartAsync(), StartAsync(), StartAsync());
        var uses = new ConcurrentBag<ProofUse>();

        await Parallel.ForAsync(0, 300, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
            uses.Add(await Guard(instances[i % 3]).UseAsync(Proof(7), CancellationToken.None)));

        Assert.That(uses.Count(use => use == ProofUse.First), Is.EqualTo(1));
    }

    [TestCase("test:13:bucket-1")]
    [TestCase("finney:46:bucket-1")]
    [TestCase("test:46:bucket-2")]
    public async Task Two_deployments_share_a_redis_but_neither_counters_nor_proofs_nor_keys(string elsewhere)
    {
        var (one, other) = (await StartAsync(), await StartAsync(scope: elsewhere));
        var (first, second) = (new SealKeys(SealKey.Create()), new SealKeys(SealKey.Create()));
        using var ofOne = Share(one, first, TimeProvider.System);
        using var ofOther = Share(other, second, TimeProvider.System);
        await ofOne.StartAsync(CancellationToken.None);
        await ofOther.StartAsync(CancellationToken.None);

        Assert.That((await Quota(one).TakeAsync(MemoryQuotaTests.Request(1, limit: 1), CancellationToken.None)).Granted);
        Assert.That((await Quota(other).TakeAsync(MemoryQuotaTests.Request(1, limit: 1), CancellationToken.None)).Granted);
        Assert.That(await Guard(one).UseAsync(Proof(1), CancellationToken.None), Is.EqualTo(ProofUse.First));
        Assert.That(await Guard(other).UseAsync(Proof(1), CancellationToken.None), Is.EqualTo(ProofUse.First));
        Assert.That(second.Current.IsSame(first.Current), Is.False);
    }

    [Test]
    public async Task Instances_continue_from_the_last_counts_while_redis_is_down_and_write_theirs_afterwards()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var request = MemoryQuotaTests.Request(1, limit: 10);
        for (var i = 0; i < 6; i++)
        {
            await Quota(one).TakeAsync(request, CancellationToken.None);
        }

        await Guard(one).UseAsync(Proof(1), CancellationToken.None);
        var errors = _log.Count(LogLevel.Error);
        _redis.Kill();

        var (time, waits, alone) = (Stopwatch.StartNew(), 0, new List<QuotaCount>());
        for (var i = 0; i < 6; i++)
        {
            var taking = Quota(one).TakeAsync(request, CancellationToken.None).AsTask();
            waits += taking.IsCompleted ? 0 : 1;
            alone.Add(await taking);
        }

        time.Stop();

        await Assert.MultipleAsync(async () =>
        {
            Assert.That(alone.Select(count => (count.Granted, count.Used, count.IsShared)), Is.EqualTo(new[]
            {
                (true, 7L, false), (true, 8L, false), (true, 9L, false), (true, 10L, false), (false, 10L, false), (false, 10L, false),
            }));

            // The first one waits. A second one waits if a late answer to a probe marked Redis as up again.
            Assert.That(waits, Is.LessThanOrEqualTo(2), "requests that waited for Redis");
            Assert.That(time.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)));
            Assert.That(await Guard(one).UseAsync(Proof(1), CancellationToken.None), Is.EqualTo(ProofUse.Repeated), "what it saw it knows");
            Assert.That(await Guard(one).UseAsync(Proof(2), CancellationToken.None), Is.EqualTo(ProofUse.First));
            Assert.That(Link(one).IsReachable, Is.False);
        });

        await Wait.UntilAsync(() => Link(other).IsReachable is false);

        // The new Redis is empty, so the counts come from the instance.
        _redis.Start();
        await UntilThereAsync(one);
        await UntilThereAsync(other);
        await Quota(one).TakeAsync(request, CancellationToken.None);
        Assert.That(
            await Quota(other).TakeAsync(request, CancellationToken.None),
            Is.EqualTo(new QuotaCount(Granted: true, 6, 0, 6, IsShared: true)));
        Assert.That(
            await Guard(one).UseAsync(Proof(2), CancellationToken.None),
            Is.EqualTo(ProofUse.Repeated),
            "used while Redis was down");
        Assert.That(_log.Count(LogLevel.Error) - errors, Is.EqualTo(2), "once by each instance: " + _log.Text);
    }

    [Test]
    public async Task Ping_succeeds_with_any_answer_and_fails_without_one()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port: 0);
        silent.Start();
        var port = ((System.Net.IPEndPoint)silent.LocalEndpoint).Port;
        Assert.That(RedisAddress.TryParse(FormattableString.Invariant($"redis://127.0.0.1:{port}"), out var deaf, out _));
        var (patience, waited) = (TimeSpan.FromSeconds(30), Stopwatch.StartNew());

        Assert.That(await RedisPing.SendAsync(_redis.Address, patience));
        _redis.WantPassword("very-private");
        Assert.That(await RedisPing.SendAsync(_redis.Address, patience), "it says that it wants a password");
        Assert.That(await RedisPing.SendAsync(deaf!, TimeSpan.FromMilliseconds(500)), Is.False);
        _redis.Kill();
        Assert.That(await RedisPing.SendAsync(_redis.Address, patience), Is.False);
        Assert.That(waited.Elapsed, Is.LessThan(TimeSpan.FromMinutes(1)));
    }

    [TestCase("", false)]
    [TestCase("?ssl_check_hostname=false", false)]
    [TestCase("?ssl_cert_reqs=none", true)]
    [TestCase("?ssl_ca_certs={0}", true)]
    public async Task Redis_with_a_self_signed_certificate_is_reached_as_its_url_says(string parameters, bool reached)
    {
        var folder = Directory.CreateTempSubdirectory("s3auth-redis-").FullName;
        try
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(System.Net.IPAddress.Loopback);
            request.CertificateExtensions.Add(names.Build());
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            var (certificateFile, keyFile) = (Path.Combine(folder, "own.pem"), Path.Combine(folder, "own.key"));
            await File.WriteAllTextAsync(certificateFile, certificate.ExportCertificatePem());
            await File.WriteAllTextAsync(keyFile, key.ExportPkcs8PrivateKeyPem());
            _redis.Dispose();
            _redis = new RedisServer(
                certificateFile,
                keyFile,
                string.Format(System.Globalization.CultureInfo.InvariantCulture, parameters, certificateFile));

            Assert.That(await RedisPing.SendAsync(_redis.Address, TimeSpan.FromSeconds(30)), Is.EqualTo(reached));
            if (reached)
            {
                var instance = await StartAsync();
                Assert.That((await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None)).IsShared);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public async Task Required_redis_that_is_down_refuses_requests()
    {
        var instance = await StartAsync(required: true);
        Assert.That((await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None)).Granted);
        _redis.Kill();

        Assert.That(
            async () => await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None),
            Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.LimitsUnavailable));
        Assert.That(
            async () => await Guard(instance).UseAsync(Proof(1), CancellationToken.None),
            Throws.InstanceOf<RefusedException>().With.Property(nameof(RefusedException.Code)).EqualTo(RefusalCode.LimitsUnavailable));
    }

    [Test]
    public async Task Redis_that_is_down_at_the_start_is_used_once_it_is_up()
    {
        _redis.Kill();
        var instance = await StartAsync(waits: false);
        Assert.That(Link(instance).IsReachable, Is.False);
        Assert.That((await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None)).IsShared, Is.False);

        _redis.Start();
        await UntilThereAsync(instance);

        Assert.That(
            (await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None)),
            Is.EqualTo(new QuotaCount(true, 2, 0, 2, IsShared: true)));
    }

    [Test]
    public async Task Count_of_the_day_is_available_while_a_required_redis_is_down()
    {
        var instance = await StartAsync(required: true);
        var request = MemoryQuotaTests.Request(1, 5);
        await Quota(instance).TakeAsync(request, CancellationToken.None);
        _redis.Kill();

        Assert.That(await Quota(instance).CountAsync(request.Day, CancellationToken.None), Is.EqualTo(1), "what it last heard");
    }

    [Test]
    public async Task Every_instance_adds_up_the_answers_of_all()
    {
        var (one, other, elsewhere) = (await StartAsync(), await StartAsync(), await StartAsync(scope: "test:13:bucket-1"));
        Answers(one).Granted();
        Answers(one).Refused("rate_limited");
        Answers(other).Granted();

        // An instance writes its remaining counts when it stops.
        await Shared(one).StopAsync(CancellationToken.None);
        await Shared(other).StopAsync(CancellationToken.None);
        await Shared(one).StopAsync(CancellationToken.None);

        Assert.That(await SharedByAsync(one), Is.EquivalentTo(new[] { ("granted", 2L), ("rate_limited", 1L) }));
        Assert.That(await SharedByAsync(other), Is.EquivalentTo(new[] { ("granted", 2L), ("rate_limited", 1L) }));
        Assert.That(await SharedByAsync(elsewhere), Is.Empty, "another deployment");
    }

    [Test]
    public async Task Answers_are_written_while_the_instance_runs()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        await Shared(one).StartAsync(CancellationToken.None);
        Answers(one).Granted();

        Assert.That(async () => await SharedByAsync(other), Is.EqualTo(new[] { ("granted", 1L) }).After(60_000, 50));
        await Shared(one).StopAsync(CancellationToken.None);
    }

    [Test]
    public async Task Answers_from_an_outage_are_written_when_redis_is_up_again()
    {
        var instance = await StartAsync();
        _redis.Kill();
        await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None);
        Answers(instance).Granted();

        await Shared(instance).StopAsync(CancellationToken.None);
        Assert.That(await Shared(instance).ReadAsync(0, 10, CancellationToken.None), Is.Null, "nobody knows");
        _redis.Start();
        await UntilThereAsync(instance);
        await Shared(instance).StopAsync(CancellationToken.None);

        Assert.That(await SharedByAsync(instance), Is.EqualTo(new[] { ("granted", 1L) }));
    }

    [Test]
    public async Task Foreign_entries_in_redis_are_ignored()
    {
        var instance = await StartAsync();
        var minute = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60;
        (string Field, string Value)[] entries =
        [
            ($"{minute}:good:another", "5"),
            ("x", "5"),
            ("1:2:3:4", "5"),
            ($"{minute}:old-form", "5"),
            ($"{minute + 10000}:later:a", "5"),
            ($"{minute - 10000}:before:a", "5"),
            ($"{minute}:negative:a", "-5"), ($"{minute}:text:a", "many"), ($"{minute}:huge:a", "9223372036854775807"),
        ];
        var (written, _) = await Link(instance).TryExecuteAsync(database => Task.WhenAll(
            entries.Select(entry =>
                database.HashSetAsync(FormattableString.Invariant($"s3auth:{Scope}:answers:{minute / 60}"), entry.Field, entry.Value))));

        Assert.That(written);
        Assert.That(await SharedByAsync(instance), Is.EqualTo(new[] { ("good", 5L) }));
    }

    [Test]
    public async Task Answers_written_twice_count_once_and_lost_ones_are_written_again()
    {
        var instance = await StartAsync();
        Answers(instance).Granted();
        await Shared(instance).StopAsync(CancellationToken.None);
        Answers(instance).MarkPublished([.. Answers(instance).Read().Select(one => one with { Count = 0 })]);
        await Shared(instance).StopAsync(CancellationToken.None);
        Assert.That(await SharedByAsync(instance), Is.EqualTo(new[] { ("granted", 1L) }));

        _redis.Kill();
        await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None);
        Answers(instance).Refused("rate_limited");
        await Shared(instance).StopAsync(CancellationToken.None);
        _redis.Start();
        await UntilThereAsync(instance);
        await Shared(instance).StopAsync(CancellationToken.None);

        Assert.That(await SharedByAsync(instance), Is.EquivalentTo(new[] { ("granted", 1L), ("rate_limited", 1L) }), "it kept nothing");
    }

    [Test]
    public async Task Redis_that_refuses_statistics_is_still_used_for_limits()
    {
        var instance = await StartAsync(required: true);
        Answers(instance).Granted();
        var errors = _log.Count(LogLevel.Error);

        var refused = await Link(instance).TryExecuteAsync(database =>
            database.ScriptEvaluateAsync("return redis.error_reply('ERR not for you')"));
        var taken = await Quota(instance).TakeAsync(MemoryQuotaTests.Request(1, 5), CancellationToken.None);

        Assert.That((refused.Answered, Link(instance).IsReachable, taken.IsShared), Is.EqualTo((false, true, true)));
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(errors), _log.Text);
    }

    [Test]
    public async Task Command_that_no_request_depends_on_does_not_mark_redis_as_down_by_its_timeout()
    {
        var instance = await StartAsync(required: true);
        await EndProbesAsync(instance);
        var errors = _log.Count(LogLevel.Error);

        var (answered, _) = await Link(instance).TryExecuteAsync(_ => new TaskCompletionSource<int>().Task);

        Assert.That((answered, Link(instance).IsReachable), Is.EqualTo((false, true)));
        Assert.That(_log.Count(LogLevel.Error), Is.EqualTo(errors), _log.Text);
    }

    [Test]
    public async Task Instances_share_one_key_and_restore_it_when_redis_loses_it()
    {
        var (one, other) = (await StartAsync(), await StartAsync());
        var (first, second) = (new SealKeys(SealKey.Create()), new SealKeys(SealKey.Create()));
        var sealedBefore = new AesGcmSealer(second).Seal([1], []);
        var time = new TestTime();
        using var sharing = Share(one, first, time);
        using var adopting = Share(other, second, time);
        await sharing.StartAsync(CancellationToken.None);
        await adopting.StartAsync(CancellationToken.None);

        Assert.That(second.Current.IsSame(first.Current), Is.True, "from the start on");
        Assert.That(new AesGcmSealer(second).Open(new AesGcmSealer(first).Seal([7], []), []), Is.EqualTo(new byte[] { 7 }));
        Assert.That(new AesGcmSealer(second).Open(sealedBefore, []), Is.EqualTo(new byte[] { 1 }), "what it sealed before still opens");

        await Link(one).TryExecuteAsync(database => database.KeyDeleteAsync($"s3auth:{Scope}:seal-key"));
        var shared = first.Current;
        await Wait.UntilAsync(async () =>
        {
            time.Advance(RedisSealKey.Interval);
            return (await Link(one).TryExecuteAsync(database => database.KeyExistsAsync($"s3auth:{Scope}:seal-key"))).Answer;
        });
        var third = new SealKeys(SealKey.Create());
        using var late = Share(await StartAsync(), third, time);
        await late.StartAsync(CancellationToken.None);

        Assert.That(third.Current.IsSame(shared), Is.True, "the same one");
        Assert.That(
            _log.Text,
            Does.Not.Contain(Convert.ToHexString(shared.Bytes)).IgnoreCase.And.Not.Contain(Convert.ToBase64String(shared.Bytes)));
    }

    [Test]
    public async Task Key_of_another_length_in_redis_is_logged_and_not_used()
    {
        var instance = await StartAsync();
        await Link(instance).TryExecuteAsync(database => database.StringSetAsync($"s3auth:{Scope}:seal-key", "short"));
        var own = SealKey.Create();
        var keys = new SealKeys(own);
        using var sharing = Share(instance, keys, TimeProvider.System);

        await sharing.StartAsync(CancellationToken.None);

        Assert.That(keys.Current.IsSame(own), Is.True);
        Assert.That(_log.Text, Does.Contain($"s3auth:{Scope}:seal-key"));
    }

    [Test]
    public async Task Instances_use_their_own_keys_until_redis_is_up()
    {
        var instance = await StartAsync();
        _redis.Kill();
        await Wait.UntilAsync(async () => !(await Link(instance).TryExecuteAsync(database => database.PingAsync())).Answered);
        var own = SealKey.Create();
        var keys = new SealKeys(own);
        var time = new TestTime();
        using var sharing = Share(instance, keys, time);

        await sharing.StartAsync(CancellationToken.None);

        Assert.That(keys.Current.IsSame(own), Is.True);
        Assert.That(_log.Text, Does.Contain("Set SEAL_KEY"));
    }

    [Test]
    public async Task Warm_up_sends_Redis_commands_that_write_nothing()
    {
        var service = await StartAsync();
        await Quota(service).TakeAsync(MemoryQuotaTests.Request(2, limit: 5), CancellationToken.None);
        await EndProbesAsync(service);
        await using var copy = WarmUpOf(service);
        var options = _redis.Address.Configure();
        options.AllowAdmin = true;
        await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
        var server = redis.GetServers().Single();
        var before = await CallsAsync();
        var content = await ContentAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.That(await Guard(copy).UseAsync(Proof(i), CancellationToken.None), Is.EqualTo(ProofUse.First));
            var count = await Quota(copy).TakeAsync(MemoryQuotaTests.Request(1, limit: 5), CancellationToken.None);
            Assert.That((count.Granted, count.Used, count.IsShared), Is.EqualTo((true, 0L, true)));
            Quota(copy).Refund(MemoryQuotaTests.Request(1, limit: 5), count);
        }

        var after = await CallsAsync();
        foreach (var command in (string[])["cmdstat_set", "cmdstat_eval"])
        {
            Assert.That(after.GetValueOrDefault(command) - before.GetValueOrDefault(command), Is.EqualTo(3), command);
        }

        Assert.That(content, Has.Count.EqualTo(4), "the probe, and three counters of the service");
        Assert.That(await ContentAsync(), Is.EquivalentTo(content));

        async Task<Dictionary<string, string?>> ContentAsync()
        {
            var database = redis.GetDatabase();
            var entries = new Dictionary<string, string?>(StringComparer.Ordinal);
            await foreach (var key in server.KeysAsync())
            {
                entries.Add(key!, await database.StringGetAsync(key));
            }

            return entries;
        }

        async Task<Dictionary<string, long>> CallsAsync() => (await server.InfoAsync("commandstats")).SelectMany(section => section)
            .ToDictionary(
                entry => entry.Key,
                entry => long.Parse(entry.Value.Split('=', ',')[1], CultureInfo.InvariantCulture),
                StringComparer.Ordinal);
    }

    [Test]
    public async Task Warm_up_continues_without_Redis()
    {
        await using var copy = WarmUpOf(await StartAsync(required: true));
        _redis.Kill();

        var count = await Quota(copy).TakeAsync(MemoryQuotaTests.Request(1, limit: 5), CancellationToken.None);
        var proof = await Guard(copy).UseAsync(Proof(1), CancellationToken.None);

        Assert.That((count.Granted, proof), Is.EqualTo((true, ProofUse.First)));
    }

    private static ServiceProvider WarmUpOf(ServiceProvider service) => new ServiceCollection()
        .AddLogging()
        .AddSingleton(TimeProvider.System)
        .AddSingleton(DailyLimits.Default)
        .AddWarmUpAdapters(service, new Metagraph("test", 46, block: 1, DateTimeOffset.UnixEpoch, []), folders: [])
        .BuildServiceProvider();

    private RedisSealKey Share(ServiceProvider instance, SealKeys keys, TimeProvider time) =>
        new(Link(instance), keys, time, instance.GetRequiredService<ILogger<RedisSealKey>>());

    private async Task<ServiceProvider> StartAsync(bool required = false, string scope = Scope, bool waits = true)
    {
        var instance = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(_log))
            .AddSingleton(TimeProvider.System)
            .AddSingleton(DailyLimits.Default)
            .AddSingleton<RecentAnswers>()
            .AddLimits(new LimitOptions
            {
                Redis = _redis.Address,
                RedisIsRequired = required,
                RedisPingTimeout = TimeSpan.FromSeconds(30),
                Scope = scope,
            })
            .BuildServiceProvider();
        lock (_instances)
        {
            _instances.Add(instance);
        }

        await Link(instance).StartAsync(CancellationToken.None);
        if (waits)
        {
            await UntilThereAsync(instance);
        }

        return instance;
    }

    private static Task UntilThereAsync(ServiceProvider instance) =>
        Wait.UntilAsync(() => Link(instance).IsReachable is true, "Redis is not found.");

    // On a busy machine, a probe could mark Redis as down, or be counted as a command.
    private static Task EndProbesAsync(ServiceProvider instance) => Link(instance).StopAsync(CancellationToken.None);

    private static RedisLink Link(ServiceProvider instance) => instance.GetRequiredService<RedisLink>();

    private static RecentAnswers Answers(ServiceProvider instance) => instance.GetRequiredService<RecentAnswers>();

    private static RedisAnswerCounts Shared(ServiceProvider instance) => instance.GetRequiredService<RedisAnswerCounts>();

    private static async Task<IEnumerable<(string Answer, long Count)>> SharedByAsync(ServiceProvider instance)
    {
        var minute = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60;
        var all = await Shared(instance).ReadAsync(minute - 1439, minute, CancellationToken.None);
        return (all ?? throw new InvalidOperationException("Redis was not asked."))
            .GroupBy(one => one.Answer, StringComparer.Ordinal)
            .Select(group => (group.Key, group.Sum(one => one.Count)));
    }

    private static IQuota Quota(ServiceProvider instance) => instance.GetRequiredService<IQuota>();

    private static IReplayGuard Guard(ServiceProvider instance) => instance.GetRequiredService<IReplayGuard>();

    private UsedProof Proof(int key) => new(new ReplayKey((UInt128)key), _until);
}
