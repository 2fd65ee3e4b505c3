using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using S3Auth.Application.Refusals;
using S3Auth.Infrastructure.Storage;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class S3ObjectStoreTests
{
    [Test]
    public async Task ListFolders_follows_every_page_in_the_stores_order()
    {
        var seen = new List<string>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen.Add(context.Request.Path + context.Request.QueryString);
            var from = int.Parse(context.Request.Query["continuation-token"].FirstOrDefault() ?? "0", CultureInfo.InvariantCulture);
            var to = Math.Min(from + 1000, 2501);
            return Answer(context, Page(
                Enumerable.Range(from, to - from).Select(i => FormattableString.Invariant($"data/x/{i:D5} &é/")),
                to < 2501 ? to.ToString(CultureInfo.InvariantCulture) : null));
        });
        using var store = Store(server.Url);

        var folders = await store.ListFoldersAsync("data/x/", most: null, CancellationToken.None);

        Assert.That(folders.Prefixes, Is.EqualTo(Enumerable.Range(0, 2501).Select(i => FormattableString.Invariant($"data/x/{i:D5} &é/"))));
        Assert.That(seen, Has.Count.EqualTo(3));
        Assert.That(seen, Is.All.StartsWith("/bucket-1").And.All.Contains("delimiter=%2F").And.All.Contains("prefix=data%2Fx%2F"));
    }

    [Test]
    public async Task Store_behind_a_path_is_asked_there()
    {
        var path = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            path = context.Request.Path;
            return Answer(context, Page([], next: null));
        });
        using var store = Store(new Uri(server.Url, "/s3/gate/"));

        await store.PingAsync(CancellationToken.None);

        Assert.That(path.TrimEnd('/'), Is.EqualTo("/s3/gate/bucket-1"));
    }

    [Test]
    public async Task ListFolders_is_empty_where_nothing_is()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, Page([], next: null)));
        using var store = Store(server.Url);

        Assert.That((await store.ListFoldersAsync("data/x/", most: null, CancellationToken.None)).Prefixes, Is.Empty);
    }

    [TestCase("")]
    [TestCase("<NextContinuationToken>same</NextContinuationToken>")]
    public async Task ListFolders_refuses_a_store_that_would_be_asked_for_ever(string token)
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return Answer(context, $"<ListBucketResult><IsTruncated>true</IsTruncated>{token}</ListBucketResult>");
        });
        using var store = Store(server.Url);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/x/", most: null, CancellationToken.None));
        Assert.That(requests, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task ListFolders_gives_up_when_the_whole_takes_too_long()
    {
        var page = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await Task.Delay(50);
            var next = Interlocked.Increment(ref page);
            await Answer(context, Page([], next < 200 ? next.ToString(CultureInfo.InvariantCulture) : null));
        });
        using var store = Store(server.Url, listing: TimeSpan.FromSeconds(1));

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.ListFoldersAsync("data/x/", most: null, CancellationToken.None));
        Assert.That(page, Is.GreaterThan(1));
    }

    [TestCase(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>")]
    [TestCase(404, "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>")]
    [TestCase(500, "<Error><Code>InternalError</Code><Message>m</Message></Error>")]
    [TestCase(503, "")]
    [TestCase(301, "")]
    [TestCase(200, "not xml")]
    [TestCase(200, "<ListBucketResult><IsTruncated>maybe</IsTruncated></ListBucketResult>")]
    public async Task Store_that_fails_is_storage_unavailable(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, body, status));
        using var store = Store(server.Url);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/x/", most: null, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    [Test]
    public async Task Store_that_nobody_runs_is_storage_unavailable()
    {
        var server = await LoopbackServer.StartAsync(_ => Task.CompletedTask);
        var url = server.Url;
        await server.DisposeAsync();
        using var store = Store(url);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    [Test]
    public async Task Store_that_does_not_answer_is_storage_timeout_in_time()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var store = Store(server.Url, request: TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.PingAsync(CancellationToken.None));

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(3)));
    }

    [Test]
    public async Task Store_that_stops_in_the_middle_of_its_answer_is_storage_timeout()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (context.Request.Query.ContainsKey("max-keys"))
            {
                await Answer(context, Page([], next: null));
                return;
            }

            await context.Response.WriteAsync("<ListBucketResult>");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        using var store = Store(server.Url, request: TimeSpan.FromMilliseconds(500));
        using var first = Store(server.Url);
        await first.PingAsync(CancellationToken.None); // so that the SDK's first use is not what takes long
        var watch = Stopwatch.StartNew();

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.ListFoldersAsync("data/x/", most: null, CancellationToken.None));

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(2)));
    }

    [Test]
    public async Task Cancellation_by_the_caller_stays_a_cancellation()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var store = Store(server.Url);
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.CatchAsync<OperationCanceledException>(() => store.ListFoldersAsync("data/x/", most: null, caller.Token));
    }

    [Test]
    public async Task Ping_tells_how_long_the_answer_took_and_asks_for_one_key()
    {
        var query = "";
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            query = context.Request.QueryString.Value;
            await Task.Delay(30);
            await Answer(context, Page([], next: null));
        });
        using var store = Store(server.Url);

        var latency = await store.PingAsync(CancellationToken.None);

        Assert.That(latency, Is.InRange(TimeSpan.FromMilliseconds(25), TimeSpan.FromSeconds(5)));
        Assert.That(query, Does.Contain("max-keys=1"));
    }

    [Test]
    public async Task Requests_are_signed_with_the_credentials_in_force()
    {
        var authorizations = new List<(string Authorization, string? Token)>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            authorizations.Add((context.Request.Headers.Authorization.ToString(), context.Request.Headers["x-amz-security-token"]));
            return Answer(context, Page([], next: null));
        });
        var source = new CredentialSource(new SigningCredentials("AKIAFIRST", "secret"));
        using var store = new S3ObjectStore(Options(server.Url), source, TimeProvider.System, NullLogger<S3ObjectStore>.Instance);

        await store.PingAsync(CancellationToken.None);
        source.Replace(new SigningCredentials("ASIASECOND", "secret", "token"));
        await store.PingAsync(CancellationToken.None);

        Assert.That(authorizations[0].Authorization, Does.Contain("AKIAFIRST/").And.Contain("/eu-central-1/s3/aws4_request"));
        Assert.That(authorizations[0].Token, Is.Null);
        Assert.That(authorizations[1].Authorization, Does.Contain("ASIASECOND/"));
        Assert.That(authorizations[1].Token, Is.EqualTo("token"));
    }

    [Test]
    public async Task Requests_without_credentials_are_storage_unavailable()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, Page([], next: null)));
        using var store = new S3ObjectStore(Options(server.Url), new CredentialSource(), TimeProvider.System, NullLogger<S3ObjectStore>.Instance);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    private static async Task RefusesAsync(RefusalCode code, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (RefusedException refusal)
        {
            Assert.That(refusal.Code, Is.EqualTo(code));
            Assert.That(refusal.RetryAfter, Is.Not.Null);
            Assert.That(refusal.Message, Does.Not.Contain("127.0.0.1"));
            return;
        }

        Assert.Fail($"Nothing was refused; expected {code}.");
    }

    private static S3ObjectStore Store(Uri url, TimeSpan? request = null, TimeSpan? listing = null) => new(
        Options(url, request, listing),
        new CredentialSource(new SigningCredentials("AKIAEXAMPLE", "secret")),
        TimeProvider.System,
        NullLogger<S3ObjectStore>.Instance);

    private static StorageOptions Options(Uri url, TimeSpan? request = null, TimeSpan? listing = null) => new()
    {
        Bucket = "bucket-1",
        Region = "eu-central-1",
        Endpoint = url,
        RequestTimeout = request ?? TimeSpan.FromSeconds(5),
        ListingTimeout = listing ?? TimeSpan.FromSeconds(30),
    };

    private static string Page(IEnumerable<string> folders, string? next)
    {
        var xml = new StringBuilder("<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>bucket-1</Name>");
        foreach (var folder in folders)
        {
            xml.Append("<CommonPrefixes><Prefix>").Append(SecurityElement.Escape(folder)).Append("</Prefix></CommonPrefixes>");
        }

        xml.Append(next is null
            ? "<IsTruncated>false</IsTruncated>"
            : $"<IsTruncated>true</IsTruncated><NextContinuationToken>{next}</NextContinuationToken>");
        return xml.Append("</ListBucketResult>").ToString();
    }

    private static Task Answer(HttpContext context, string body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(body);
    }
}
