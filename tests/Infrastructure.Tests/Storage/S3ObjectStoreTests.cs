using System.Diagnostics;
using System.Globalization;
using System.Security;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using S3Auth.Application.Ports;
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
    public async Task ListFolders_stops_after_as_many_as_are_wanted()
    {
        var seen = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen++;
            return Answer(context, Page(Enumerable.Range(0, 1000).Select(i => FormattableString.Invariant($"data/x/{seen}-{i}/")), next: $"{seen}"));
        });
        using var store = Store(server.Url);

        var page = await store.ListFoldersAsync("data/x/", most: 1500, CancellationToken.None);

        Assert.That((page.Prefixes.Count, page.HasMore, seen), Is.EqualTo((2000, true, 2)), "whole pages");
    }

    [Test]
    public async Task ListFolders_stops_among_files_that_are_no_folders_as_well()
    {
        var seen = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen++;
            return Answer(context, FilePage(Enumerable.Range(0, 1000).Select(i => $"data/x/{seen}-{i}"), next: $"{seen}", encoded: true));
        });
        using var store = Store(server.Url);

        var page = await store.ListFoldersAsync("data/x/", most: 1000, CancellationToken.None);

        Assert.That((page.Prefixes.Count, page.HasMore, seen), Is.EqualTo((0, true, 1)), "a million files cost no more than a thousand");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Names_are_read_as_they_are_whether_the_store_encodes_them_or_not(bool encodes)
    {
        string[] names = encodes
            ? ["a%20b", "a+b", "a%2Bb", "a%252Fb", "%01", "%0A", "%F0%9F%99%82", "a%26b%3Dc", "end."]
            : ["a b", "a+b", "a&amp;b", "a%2Fb", "🙂", "end."];
        string[] plain = encodes
            ? ["a b", "a b", "a+b", "a%2Fb", "\u0001", "\n", "🙂", "a&b=c", "end."]
            : ["a b", "a+b", "a&b", "a%2Fb", "🙂", "end."];
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked += context.Request.QueryString.Value;
            return Answer(context, context.Request.Query.ContainsKey("delimiter")
                ? $"<ListBucketResult>{Encoding(encodes)}{string.Concat(names.Select(name => $"<CommonPrefixes><Prefix>data/{name}/</Prefix></CommonPrefixes>"))}</ListBucketResult>"
                : FilePage(names.Select(name => "data/" + name), next: null, encodes));
        });
        using var store = Store(server.Url);

        var folders = await store.ListFoldersAsync("data/", most: null, CancellationToken.None);
        var files = await store.ListFilesAsync("data/", after: null, 1000, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(folders.Prefixes, Is.EqualTo(plain.Select(name => $"data/{name}/")));
            Assert.That(files.Files.Select(file => file.Key), Is.EqualTo(plain.Select(name => "data/" + name)));
            Assert.That(asked.Split("encoding-type=url"), Has.Length.EqualTo(3), "both are asked for encoded");
        });
    }

    [Test]
    public async Task ListFiles_tells_what_the_store_knows_of_each_file()
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = context.Request.QueryString.Value;
            return Answer(context, FilePage(["data/a"], next: null, encoded: true));
        });
        using var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", "data/ +%2F&🙂", 7, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(page.Files, Is.EqualTo(new[] { new StoredFile("data/a", 4096, new DateTimeOffset(2026, 11, 24, 6, 21, 1, TimeSpan.Zero), "0123abc-2") }));
            Assert.That(page.HasMore, Is.False);
            Assert.That(asked, Does.Contain("start-after=data%2F%20%2B%252F%26%F0%9F%99%82").And.Contain("max-keys=7"));
        });
    }

    [Test]
    public async Task ListFiles_fills_its_page_from_pages_that_the_store_cuts_short()
    {
        var asked = new List<(string? Token, string? Keys)>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var token = context.Request.Query["continuation-token"].FirstOrDefault();
            asked.Add((token, context.Request.Query["max-keys"]));
            var number = asked.Count;
            return Answer(context, FilePage(Enumerable.Range(0, number == 2 ? 0 : 3).Select(i => $"data/{number}-{i}"), next: $"t{number}", encoded: true));
        });
        using var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", after: null, 6, CancellationToken.None);

        Assert.That((page.Files.Count, page.HasMore), Is.EqualTo((6, true)));
        Assert.That(asked, Is.EqualTo(new[] { (null, "6"), ("t1", "3"), ("t2", "3") }));
    }

    [TestCase(206, "", true)]
    [TestCase(404, "NoSuchKey", false)]
    [TestCase(416, "InvalidRange", true)]
    [TestCase(403, "InvalidObjectState", true)]
    public async Task Exists_tells_whether_the_object_is_there(int status, string error, bool exists)
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = $"{context.Request.Method} {context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget}";
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(error.Length == 0 ? "a" : $"<Error><Code>{error}</Code></Error>");
        });
        using var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a b+%2F&🙂.", out var key));

        Assert.That(await store.ExistsAsync(key, CancellationToken.None), Is.EqualTo(exists));
        Assert.That(asked, Is.EqualTo("GET /bucket-1/data/x/5F/a%20b%2B%252F%26%F0%9F%99%82."));
    }

    [Test]
    public async Task Exists_does_not_take_a_missing_bucket_for_a_missing_object()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("<Error><Code>NoSuchBucket</Code></Error>");
        });
        using var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a", out var key));

        var refused = Assert.ThrowsAsync<RefusedException>(() => store.ExistsAsync(key, CancellationToken.None))!;

        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.StorageUnavailable, (TimeSpan?)null)));
        Assert.That(refused.Message, Does.Contain("operator").And.Not.Contain("try again"));
    }

    [Test]
    public async Task Ping_asks_for_url_encoding_so_that_no_key_breaks_it()
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = context.Request.QueryString.Value!;
            return Answer(context, Page([], next: null));
        });
        using var store = Store(server.Url);

        await store.PingAsync(CancellationToken.None);

        Assert.That(asked, Does.Contain("encoding-type=url"));
    }

    [Test]
    public async Task Failure_is_no_reason_to_try_again_while_the_store_is_known_to_refuse_this_server()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("<Error><Code>AccessDenied</Code></Error>");
        });
        using var store = Store(server.Url, state: new StoreState { Current = Application.Ports.StoreFindings.None with { Refusal = "It refuses." } });

        var refused = Assert.ThrowsAsync<RefusedException>(() => store.PingAsync(CancellationToken.None))!;

        Assert.That(refused.Message, Does.Not.Contain("try again"));
    }

    [TestCase(403, RefusalCode.StorageUnavailable)]
    [TestCase(404, RefusalCode.StorageUnavailable)]
    [TestCase(500, RefusalCode.StorageUnavailable)]
    [TestCase(504, RefusalCode.StorageTimeout)]
    public async Task Exists_does_not_take_a_failure_for_an_answer(int status, RefusalCode code)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        using var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a", out var key));

        await RefusesAsync(code, () => store.ExistsAsync(key, CancellationToken.None));
    }

    [Test]
    public async Task Only_so_many_requests_are_at_the_store_at_once()
    {
        var (now, most) = (0, 0);
        using var gate = new SemaphoreSlim(0);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            lock (gate)
            {
                now++;
                most = Math.Max(most, now);
            }

            await gate.WaitAsync();
            lock (gate)
            {
                now--;
            }

            await Answer(context, Page([], next: null));
        });
        using var store = Store(server.Url, request: TimeSpan.FromSeconds(20), atOnce: 4);

        var asked = Enumerable.Range(0, 20).Select(_ => store.PingAsync(CancellationToken.None)).ToList();
        while (Volatile.Read(ref now) < 4)
        {
            await Task.Delay(5);
        }

        await Task.Delay(100);
        gate.Release(20);
        await Task.WhenAll(asked);

        Assert.That(most, Is.EqualTo(4));
    }

    [Test]
    public async Task Waiting_for_a_turn_counts_against_the_time_of_a_request()
    {
        using var gate = new SemaphoreSlim(0);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await gate.WaitAsync(context.RequestAborted);
            await Answer(context, Page([], next: null));
        });
        using var store = Store(server.Url, request: TimeSpan.FromMilliseconds(300), atOnce: 1);

        var asked = Enumerable.Range(0, 50).Select(_ => RefusesAsync(RefusalCode.StorageTimeout, () => store.PingAsync(CancellationToken.None))).ToList();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(asked);

        Assert.That(clock.Elapsed, Is.LessThan(TimeSpan.FromSeconds(5)), "not one after the other");
        gate.Release(1000);
        while (true)
        {
            // The turn comes back when the store's client has let go of the stalled request.
            try
            {
                await store.PingAsync(CancellationToken.None);
                break;
            }
            catch (RefusedException) when (clock.Elapsed < TimeSpan.FromSeconds(20))
            {
                await Task.Delay(50);
            }
        }
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
        using var store = new S3ObjectStore(Options(server.Url), source, new StoreState(), TimeProvider.System, NullLogger<S3ObjectStore>.Instance);

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
        using var store = new S3ObjectStore(Options(server.Url), new CredentialSource(), new StoreState(), TimeProvider.System, NullLogger<S3ObjectStore>.Instance);

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
            Assert.That(refusal.RetryAfter is null, Is.EqualTo(refusal.InnerException is Amazon.S3.AmazonS3Exception { ErrorCode: "NoSuchBucket" }), "A missing bucket does not come by itself.");
            Assert.That(refusal.Message, Does.Not.Contain("127.0.0.1"));
            return;
        }

        Assert.Fail($"Nothing was refused; expected {code}.");
    }

    private static S3ObjectStore Store(Uri url, TimeSpan? request = null, TimeSpan? listing = null, int atOnce = 64, StoreState? state = null) => new(
        Options(url, request, listing, atOnce),
        new CredentialSource(new SigningCredentials("AKIAEXAMPLE", "secret")),
        state ?? new StoreState(),
        TimeProvider.System,
        NullLogger<S3ObjectStore>.Instance);

    private static StorageOptions Options(Uri url, TimeSpan? request = null, TimeSpan? listing = null, int atOnce = 64) => new()
    {
        Bucket = "bucket-1",
        Region = "eu-central-1",
        Endpoint = url,
        Usage = new StoreUsage
        {
            RequestTimeout = request ?? TimeSpan.FromSeconds(5), ListingTimeout = listing ?? TimeSpan.FromSeconds(30), RequestsAtOnce = atOnce,
        },
    };

    private static string Encoding(bool encoded) => encoded ? "<EncodingType>url</EncodingType>" : "";

    private static string FilePage(IEnumerable<string> keys, string? next, bool encoded) =>
        $"""
        <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{Encoding(encoded)}<IsTruncated>{(next is null ? "false" : "true")}</IsTruncated>
        {(next is null ? "" : $"<NextContinuationToken>{next}</NextContinuationToken>")}
        {string.Concat(keys.Select(key => $"<Contents><Key>{key}</Key><LastModified>2026-11-24T06:21:01.000Z</LastModified><ETag>&quot;0123abc-2&quot;</ETag><Size>4096</Size></Contents>"))}
        </ListBucketResult>
        """;

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
