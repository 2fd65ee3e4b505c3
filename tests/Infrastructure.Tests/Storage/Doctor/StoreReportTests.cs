using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

/// <summary>The doctor at the embedded store: the report as a whole.</summary>
public sealed class StoreReportTests
{
    private static readonly string[] All =
    [
        "endpoint", "region", "credentials", "bucket", "clock", "public_endpoint", "post", "put", "parts", "list", "file_size",
        "multipart", "versioning", "lifecycle", "permissions", "public_access", "cors", "conditional_writes", "checksums", "sts",
    ];

    [TestCase("aws", true, BarredHeaders.None)]
    [TestCase("r2", false, BarredHeaders.None)]
    [TestCase("ceph", true, BarredHeaders.LeftOut)]
    public async Task Working_store_gets_every_line_and_keeps_nothing(string behaviour, bool hasForms, BarredHeaders guard)
    {
        await using var store = await ExaminedStore.StartAsync(behaviour);

        var report = await ExamineAsync(store);

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That((report.HasFailures, report.IsComplete), Is.EqualTo((false, true)));
        Assert.That(
            (report.Capabilities.PostForms, report.Capabilities.PutUploads, report.Capabilities.HeaderGuard, report.Capabilities.Multipart),
            Is.EqualTo((hasForms, PutUploads.Safe, guard, true)));
        Assert.That(Line(report, "file_size").Finding, Does.Contain("20 MiB"));
        Assert.That(await store.ListAsync(), Is.Empty);
    }

    [Test]
    public async Task Store_that_refuses_is_asked_nothing_else()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = _ => (403, ExaminedStore.Error("InvalidAccessKeyId"));

        var report = await ExamineAsync(store);

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That(Line(report, "credentials").Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(
            report.Checks.Where(check => check.Result != StoreCheckResult.Skipped).Select(check => check.Name),
            Is.EqualTo(new[] { "endpoint", "credentials" }));
        Assert.That(report.IsComplete, Is.False);
        Assert.That(store.Asked, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Nothing_is_asked_where_clients_are_sent_if_that_does_not_work()
    {
        await using var store = await ExaminedStore.StartAsync();

        var report = await ExamineAsync(store, publicEndpoint: new Uri("http://127.0.0.1:1"));

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That(
            report.Checks.Where(check => check.Result == StoreCheckResult.Skipped).Select(check => check.Name),
            Is.EqualTo(new[] { "post", "put", "parts", "file_size", "public_access", "cors", "checksums" }));
        Assert.That(report.IsComplete, Is.True);
    }

    [Test]
    public async Task Missing_keys_are_loaded_and_used()
    {
        await using var store = await ExaminedStore.StartAsync();

        var report = await ExamineAsync(store, new CredentialSource(), new Provider(() => Task.FromResult(ExaminedStore.Keys)));

        Assert.That(Line(report, "credentials").Result, Is.EqualTo(StoreCheckResult.Ok));
    }

    [Test]
    public async Task Keys_that_cannot_be_loaded_end_the_report()
    {
        await using var store = await ExaminedStore.StartAsync();

        var report = await ExamineAsync(
            store, new CredentialSource(), new Provider(() => throw new InvalidOperationException("None.")));

        Assert.That(Line(report, "credentials").Result, Is.EqualTo(StoreCheckResult.Fail));
        Assert.That(Line(report, "credentials").Advice, Does.Contain("docs/credentials.md"));
        Assert.That(report.Checks.Select(check => check.Name), Is.EquivalentTo(All));
        Assert.That(
            report.Checks.Where(check => check.Name != "credentials").Select(check => check.Result),
            Is.All.EqualTo(StoreCheckResult.Skipped));
        Assert.That(report.IsComplete, Is.False);
        Assert.That(store.Asked, Is.Empty);
    }

    [Test]
    public async Task Keys_that_are_not_loaded_in_time_end_the_report()
    {
        await using var store = await ExaminedStore.StartAsync();
        var time = new TestTime();
        var never = new TaskCompletionSource<SigningCredentials>();

        var report = ExamineAsync(store, new CredentialSource(), new Provider(() => never.Task), time: time);
        Assert.That(report.IsCompleted, Is.False);
        time.Advance(CredentialRefresher.AttemptTimeout);

        Assert.That(Line(await report.WaitAsync(TimeSpan.FromMinutes(1)), "credentials").Result, Is.EqualTo(StoreCheckResult.Fail));
    }

    [Test]
    public async Task Answer_that_cannot_be_read_costs_one_line_only()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
            request.Query.ContainsKey("lifecycle") ? (200, new string('x', ProbeClient.MaxAnswerBytes + 1)) : null;

        var report = await ExamineAsync(store);

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That(Line(report, "lifecycle").Result, Is.EqualTo(StoreCheckResult.Warn));
        Assert.That(Line(report, "lifecycle").Finding, Does.Contain("did not answer this check in time, or its answer cannot be read"));
    }

    [Test]
    public async Task Answer_that_does_not_come_costs_one_line_only()
    {
        await using var store = await ExaminedStore.StartAsync();
        store.Instead = request =>
        {
            if (request.Query.ContainsKey("lifecycle"))
            {
                request.HttpContext.RequestAborted.WaitHandle.WaitOne();
            }

            return null;
        };

        var report = await ExamineAsync(store, timeout: TimeSpan.FromSeconds(20));

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That(Line(report, "lifecycle").Finding, Does.Contain("did not answer this check in time"));
    }

    [Test]
    public async Task Cancelled_examination_is_cancelled()
    {
        await using var store = await ExaminedStore.StartAsync();
        using var cancel = new CancellationTokenSource();
        store.Instead = request =>
        {
            if (request.Query.ContainsKey("lifecycle"))
            {
                cancel.Cancel();
            }

            return null;
        };

        Assert.That(() => ExamineAsync(store, cancellationToken: cancel.Token), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task Store_that_ignores_digests_is_cleaned_of_what_the_checks_left_and_of_nothing_else()
    {
        await using var store = await ExaminedStore.StartAsync();
        var others = (string[])
        [
            "data/x/file", "data/x/.s3auth-put-probe/somebody's", "data/x/.s3auth-put-probe/conditional-notes", "elsewhere/target",
        ];
        var left = (string[])
        [
            "data/x/.s3auth-put-probe/target", "data/reddit/.s3auth-put-probe/checksum", "data/x/.s3auth-put-probe/conditional-0123abcd",
            ".s3auth-put-probe/outside",
        ];
        foreach (var key in others.Concat(left))
        {
            await store.PutAsync(key);
        }

        var report = await ExamineAsync(store);

        Assert.That(report.Checks.Select(check => check.Name), Is.EqualTo(All));
        Assert.That(await store.ListAsync(), Is.EquivalentTo(others));
    }

    [Test]
    public async Task Objects_that_cannot_be_deleted_are_named()
    {
        await using var store = await ExaminedStore.StartAsync();
        await store.PutAsync("data/x/.s3auth-put-probe/target");
        await store.PutAsync(".s3auth-put-probe/outside");
        store.Instead = request => request.Method == "DELETE" && !request.Query.ContainsKey("uploadId")
            ? (403, ExaminedStore.Error("AccessDenied"))
            : null;

        var report = await ExamineAsync(store);

        Assert.That(Line(report, "cleanup").Result, Is.EqualTo(StoreCheckResult.Warn));
        Assert.That(
            Line(report, "cleanup").Finding,
            Does.Contain("data/x/.s3auth-put-probe/target, .s3auth-put-probe/outside").And.Contain("Content-MD5"));
    }

    [Test]
    public async Task Bucket_with_versions_gets_no_deletion()
    {
        await using var store = await ExaminedStore.StartAsync();
        await store.PutAsync("data/x/.s3auth-put-probe/target");
        store.Instead = request => request.Query.ContainsKey("versioning")
            ? (200, "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>")
            : null;

        var report = await ExamineAsync(store);

        Assert.That(
            store.Asked.Where(asked => asked.StartsWith("DELETE ", StringComparison.Ordinal)), Is.All.Contain("uploadId="));
        Assert.That(Line(report, "cleanup").Finding, Does.Contain("data/x/.s3auth-put-probe/target"));
        Assert.That(report.Capabilities.ConditionalWrites, Is.EqualTo(ConditionalWrites.Accepted));
    }

    private static StoreCheck Line(StoreReport report, string name) => report.Checks.Single(check => check.Name == name);

    private static Task<StoreReport> ExamineAsync(
        ExaminedStore store,
        CredentialSource? keys = null,
        ICredentialProvider? provider = null,
        Uri? publicEndpoint = null,
        TimeSpan? timeout = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        var options = store.Options with
        {
            PublicEndpoint = publicEndpoint,
            Usage = new StoreUsage { RequestTimeout = timeout ?? TimeSpan.FromSeconds(30) },
        };
        var endpoints = new StoreEndpoints(options);
        time ??= TimeProvider.System;
        var surveyor = new StoreSurveyor(options, endpoints, PutProbeTests.Layout, time, NullLogger<StoreSurveyor>.Instance);
        var doctor = new StoreDoctor(
            options,
            endpoints,
            surveyor,
            keys ?? new CredentialSource(ExaminedStore.Keys),
            provider,
            PutProbeTests.Layout,
            new FileSizeLimits(0, 20 * 1024 * 1024),
            corsOrigins: [],
            sessions: null,
            time);
        return doctor.ExamineAsync(cancellationToken);
    }

    private sealed class Provider(Func<Task<SigningCredentials>> load) : ICredentialProvider
    {
        public Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken) => load();
    }
}
