using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

/// <summary>The doctor at stores that answer in strange ways.</summary>
public sealed class StoreDoctorTests
{
    private const string ProbeFolder = "data/x/.s3auth-put-probe/";

    private static readonly (int, string) NotVersioned = (200, "<VersioningConfiguration/>");

    [Test]
    public async Task Clean_up_deletes_only_what_the_checks_create_although_the_store_ignores_the_prefix_of_a_listing()
    {
        await using var store = await AskedStore.StartAsync(request => request switch
        {
            { IsListing: true } => Listing(
                "data/x/5Miner/weights.bin",
                ProbeFolder + "target",
                ProbeFolder + "someone/else",
                ProbeFolder + "conditional-../5Miner/weights.bin"),
            { Query: var query } when query.Contains("versioning", StringComparison.Ordinal) => NotVersioned,
            { Method: "DELETE" } => (204, ""),
            _ => null,
        });

        await store.ExamineAsync();

        Assert.That(
            store.Paths("DELETE").Where(path => !path.Contains("/conditional-", StringComparison.Ordinal)).Distinct(),
            Is.EquivalentTo([$"{ProbeFolder}there-is-no-such-object", $"{ProbeFolder}target"]));
        Assert.That(
            store.Paths("DELETE").Where(path => path.Contains("/conditional-", StringComparison.Ordinal)),
            Is.All.Match("/conditional-[0-9a-f]{16}\\z"));
    }

    [Test]
    public async Task Nothing_is_left_in_a_store_that_ignores_digests()
    {
        AskedStore? store = null;
        store = await AskedStore.StartAsync(
            request =>
            {
                var stored = store!.Store.Stored;
                return request switch
                {
                    { IsListing: true } => Listing([.. stored.Keys]),
                    { Method: "DELETE" } => (stored.TryRemove(request.Path, out _) ? 204 : 404, StubStore.Error("NoSuchKey")),
                    _ when request.Query.Contains("versioning", StringComparison.Ordinal) => NotVersioned,
                    _ => null,
                };
            },
            ignoresDigest: true);
        await using var asked = store;

        var report = await store.ExamineAsync();

        Assert.That(store.Paths("PUT"), Has.Some.EndsWith("/outside").And.Some.EndsWith("/target").And.Some.EndsWith("/checksum"));
        Assert.That(store.Store.Stored.Keys, Is.Empty);
        Assert.That(report.Checks.Select(check => check.Name), Has.None.EqualTo("cleanup"));
    }

    [Test]
    public async Task Failed_clean_up_is_a_line_of_the_report()
    {
        await using var store = await AskedStore.StartAsync(request =>
            request.IsListing && request.Query.EndsWith("prefix=.s3auth-put-probe%2F", StringComparison.Ordinal)
                ? (200, new string(' ', ProbeClient.MaxAnswerBytes + 1))
                : null);

        var report = await store.ExamineAsync();

        Assert.That(report.Checks[^1], Has.Property("Name").EqualTo("cleanup").And.Property("Result").EqualTo(StoreCheckResult.Warn));
    }

    [TestCase("Forbidden")]
    [TestCase("AccessDenied")]
    [TestCase("UnauthorizedAccess")]
    public async Task Nothing_is_deleted_while_the_bucket_may_keep_versions(string code)
    {
        await using var store = await AskedStore.StartAsync(request =>
            request.Query.Contains("versioning", StringComparison.Ordinal) ? (403, StubStore.Error(code)) : null);

        await store.ExamineAsync();

        Assert.That(store.Paths("DELETE"), Is.Empty);
    }

    [Test]
    public async Task Attempt_to_change_an_ACL_cannot_create_an_object_that_other_checks_need_to_be_missing()
    {
        await using var store = await AskedStore.StartAsync(_ => null);

        await store.ExamineAsync();

        Assert.That(store.Paths("PUT"), Has.None.EndsWith("there-is-no-such-object"));
    }

    [Test]
    public async Task Public_read_is_tried_with_the_key_as_it_is()
    {
        const string Key = "data/x/5Miner/../../../../minio/health/live";
        await using var store = await AskedStore.StartAsync(request => request switch
        {
            { IsListing: true } => Listing(Key),
            { Path: "minio/health/live" } => (200, "ok"),
            _ => null,
        });

        var report = await store.ExamineAsync();

        Assert.That(store.Paths("GET"), Does.Contain(Key));
        Assert.That(report.Checks.Single(check => check.Name == "public_access").Finding, Does.Not.Contain("read the bucket"));
    }

    [TestCase(416, "")]
    [TestCase(206, "a")]
    public async Task Public_read_is_found_although_the_first_object_is_empty_or_archived(int status, string body)
    {
        await using var store = await AskedStore.StartAsync(request => request switch
        {
            { IsListing: true, IsSigned: true } => Listing("data/x/5Miner/archived", "data/x/5Miner/open"),
            { Method: "GET", IsSigned: false, Path: "data/x/5Miner/open" } => (status, body),
            { Method: "GET", IsSigned: false } => (403, StubStore.Error("InvalidObjectState")),
            _ => null,
        });

        var report = await store.ExamineAsync();

        Assert.That(report.Checks.Single(check => check.Name == "public_access").Finding, Does.Contain("can read the bucket"));
    }

    [Test]
    public async Task Deeply_nested_answer_does_not_crash_the_doctor()
    {
        const int Depth = 9_000;
        var nested = string.Concat(Enumerable.Repeat("<a>", Depth)) + string.Concat(Enumerable.Repeat("</a>", Depth));
        await using var store = await AskedStore.StartAsync(request => request.IsListing
            ? (200, $"<ListBucketResult><Key>{nested}</Key></ListBucketResult>")
            : null);

        Assert.That(async () => await store.ExamineAsync(), Throws.Nothing);
    }

    private static (int, string) Listing(params string[] keys) => (
        200,
        $"<ListBucketResult>{string.Concat(keys.Select(key => $"<Contents><Key>{Uri.EscapeDataString(key)}</Key></Contents>"))}"
            + "</ListBucketResult>");

    /// <param name="Method">The HTTP method.</param>
    /// <param name="Path">The key, decoded; the path if it does not begin with the bucket.</param>
    /// <param name="Query">The query without the signature.</param>
    /// <param name="IsSigned">Whether there is a signature.</param>
    private sealed record Asked(string Method, string Path, string Query, bool IsSigned)
    {
        public bool IsListing => Method == "GET" && Query.Contains("list-type=2", StringComparison.Ordinal);
    }

    /// <summary>A store, and what the doctor asked it.</summary>
    private sealed class AskedStore : IAsyncDisposable
    {
        private readonly ConcurrentQueue<Asked> _asked = new();

        public StubStore Store { get; private init; } = null!;

        public static async Task<AskedStore> StartAsync(Func<Asked, (int, string)?> answer, bool ignoresDigest = false)
        {
            var store = new AskedStore { Store = new StubStore { IgnoresDigest = ignoresDigest } };
            store.Store.Instead = context =>
            {
                var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
                var path = Uri.UnescapeDataString(target[0]);
                var bucket = $"/{StubStore.Bucket}/";
                var query = (target.Length == 2 ? target[1] : "").Split("&X-Amz-Signature=");
                var asked = new Asked(
                    context.Request.Method,
                    path.StartsWith(bucket, StringComparison.Ordinal) ? path[bucket.Length..] : path.TrimStart('/'),
                    query[0],
                    IsSigned: query.Length == 2);
                store._asked.Enqueue(asked);
                return answer(asked);
            };
            await store.Store.StartAsync();
            return store;
        }

        /// <summary>The paths of the requests with this method. Requests that abort an upload delete no object.</summary>
        public IEnumerable<string> Paths(string method) => _asked
            .Where(asked => asked.Method == method && !(method == "DELETE" && asked.Query.Contains("uploadId=", StringComparison.Ordinal)))
            .Select(asked => asked.Path);

        public Task<StoreReport> ExamineAsync()
        {
            var options = PutProbeTests.Options(Store);
            var endpoints = new StoreEndpoints(options);
            var surveyor = new StoreSurveyor(
                options, endpoints, PutProbeTests.Layout, TimeProvider.System, NullLogger<StoreSurveyor>.Instance);
            var doctor = new StoreDoctor(
                options,
                endpoints,
                surveyor,
                new CredentialSource(StubStore.Keys),
                provider: null,
                PutProbeTests.Layout,
                FileSizeLimits.Default,
                corsOrigins: [],
                sessions: null,
                TimeProvider.System);
            return doctor.ExamineAsync(CancellationToken.None);
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
