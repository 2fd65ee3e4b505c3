using System.Diagnostics;
using System.Globalization;
using System.Security;
using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class S3ObjectStoreTests
{
    [Test]
    public async Task ListFolders_returns_all_pages_in_the_stores_order()
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
        var store = Store(server.Url);

        var folders = await store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None);

        Assert.That(folders.Prefixes, Is.EqualTo(Enumerable.Range(0, 2501).Select(i => FormattableString.Invariant($"data/x/{i:D5} &é/"))));
        Assert.That(seen, Has.Count.EqualTo(3));
        Assert.That(seen, Is.All.StartsWith("/bucket-1").And.All.Contains("delimiter=%2F").And.All.Contains("prefix=data%2Fx%2F"));
    }

    [Test]
    public async Task Endpoint_may_have_a_path()
    {
        var path = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            path = context.Request.Path;
            return Answer(context, Page([], next: null));
        });
        var store = Store(new Uri(server.Url, "/s3/gate/"));

        await store.PingAsync(CancellationToken.None);

        Assert.That(path.TrimEnd('/'), Is.EqualTo("/s3/gate/bucket-1"));
    }

    [Test]
    public async Task ListFolders_returns_nothing_for_an_empty_prefix()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, Page([], next: null)));
        var store = Store(server.Url);

        Assert.That((await store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None)).Prefixes, Is.Empty);
    }

    [TestCase("")]
    [TestCase("<NextContinuationToken>same</NextContinuationToken>")]
    public async Task ListFolders_refuses_a_store_without_a_new_continuation_token(string token)
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return Answer(context, $"<ListBucketResult><IsTruncated>true</IsTruncated>{token}</ListBucketResult>");
        });
        var store = Store(server.Url);

        await RefusesAsync(
            RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None));
        Assert.That(requests, Is.LessThanOrEqualTo(2));
    }

    [Test]
    public async Task ListFolders_times_out_as_a_whole()
    {
        var (page, listing, time) = (0, TimeSpan.FromSeconds(3), new TestTime());
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            // Each page takes less than the timeout.
            var next = Interlocked.Increment(ref page);
            time.Advance(listing / 2);
            return Answer(context, Page([], next < 200 ? next.ToString(CultureInfo.InvariantCulture) : null));
        });
        var store = Store(server.Url, listing: listing, time: time);

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None));
        Assert.That(page, Is.EqualTo(2));
    }

    [TestCase(403, "<Error><Code>AccessDenied</Code><Message>m</Message></Error>")]
    [TestCase(404, "<Error><Code>NoSuchBucket</Code><Message>m</Message></Error>")]
    [TestCase(500, "<Error><Code>InternalError</Code><Message>m</Message></Error>")]
    [TestCase(503, "")]
    [TestCase(301, "")]
    [TestCase(200, "not xml")]
    [TestCase(200, "<ListBucketResult><IsTruncated>maybe</IsTruncated></ListBucketResult>")]
    public async Task Failing_store_is_storage_unavailable(int status, string body)
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, body, status));
        var store = Store(server.Url);

        await RefusesAsync(
            RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    [Test]
    public async Task Unreachable_store_is_storage_unavailable()
    {
        var store = Store(new Uri($"http://127.0.0.1:{FreePort.Next()}"));

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    [Test]
    public async Task Store_that_does_not_answer_is_storage_timeout()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var store = Store(server.Url, request: TimeSpan.FromMilliseconds(300));
        var watch = Stopwatch.StartNew();

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.PingAsync(CancellationToken.None));

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task Store_that_stalls_within_an_answer_is_storage_timeout()
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
        var store = Store(server.Url, request: TimeSpan.FromMilliseconds(500));
        var first = Store(server.Url);
        await first.PingAsync(CancellationToken.None); // so that the first use is not what takes long
        var watch = Stopwatch.StartNew();

        await RefusesAsync(RefusalCode.StorageTimeout, () => store.ListFoldersAsync("data/x/", maxEntries: null, CancellationToken.None));

        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(20)), "not the timeout of the listing");
    }

    [Test]
    public async Task Cancellation_by_the_caller_stays_a_cancellation()
    {
        await using var server = await LoopbackServer.StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        var store = Store(server.Url);
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        Assert.CatchAsync<OperationCanceledException>(() => store.ListFoldersAsync("data/x/", maxEntries: null, caller.Token));
    }

    [Test]
    public async Task ListFolders_stops_at_the_requested_number_of_folders()
    {
        var seen = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen++;
            return Answer(
                context,
                Page(Enumerable.Range(0, 1000).Select(i => FormattableString.Invariant($"data/x/{seen}-{i:D4}/")), next: $"{seen}"));
        });
        var store = Store(server.Url);

        var page = await store.ListFoldersAsync("data/x/", maxEntries: 1500, CancellationToken.None);

        Assert.That((page.Prefixes.Count, page.HasMore, seen), Is.EqualTo((2000, true, 2)), "whole pages");
    }

    [Test]
    public async Task ListFolders_counts_files_towards_the_requested_number()
    {
        var seen = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            seen++;
            return Answer(
                context,
                FilePage(
                    Enumerable.Range(0, 1000).Select(i => FormattableString.Invariant($"data/x/{seen}-{i:D4}")),
                    next: $"{seen}",
                    encoded: true));
        });
        var store = Store(server.Url);

        var page = await store.ListFoldersAsync("data/x/", maxEntries: 1000, CancellationToken.None);

        Assert.That((page.Prefixes.Count, page.HasMore, seen), Is.EqualTo((0, true, 1)), "a million files cost no more than a thousand");
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Names_are_read_correctly_with_and_without_encoding(bool encodes)
    {
        // Keys encoded as S3 does, as Ceph and Swift do, and partially.
        string[] names = encodes
            ? ["%01", "%0A", "%20%e9", "a%20b", "a+c", "a%252Fb", "a%zz", "a%26b%3Dc", "a%2Bb", "a%2Bé", "end.", "%F0%9F%99%82"]
            : ["&#x1;", "a b", "a%2Fb", "a%41", "a&amp;b", "a+b", "end.", "é", "🙂"];
        string[] plain = encodes
            ? ["\u0001", "\n", " \ufffd", "a b", "a c", "a%2Fb", "a%zz", "a&b=c", "a+b", "a+é", "end.", "🙂"]
            : ["\u0001", "a b", "a%2Fb", "a%41", "a&b", "a+b", "end.", "é", "🙂"];
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked += context.Request.QueryString.Value;
            return Answer(context, context.Request.Query.ContainsKey("delimiter")
                ? FolderPage(names, encodes)
                : FilePage(names.Select(name => "data/" + name), next: null, encodes));
        });
        var store = Store(server.Url);

        var folders = await store.ListFoldersAsync("data/", maxEntries: null, CancellationToken.None);
        var files = await store.ListFilesAsync("data/", after: null, 1000, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(
                folders.Prefixes,
                Is.EqualTo(plain.Where(name => !name.Contains('\ufffd', StringComparison.Ordinal)).Select(name => $"data/{name}/")));
            Assert.That(files.Files.Select(file => file.Key.Text), Is.EqualTo(plain.Select(name => "data/" + name)));
            Assert.That(asked.Split("encoding-type=url"), Has.Length.EqualTo(3), "both are asked for encoded");
        });
    }

    [Test]
    public async Task ListFiles_returns_size_time_and_etag_of_each_file()
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = context.Request.QueryString.Value;
            return Answer(context, FilePage(["data/a"], next: null, encoded: true));
        });
        var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", KeyOf("data/ +%2F&🙂"u8), 7, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(
                page.Files,
                Is.EqualTo(
                    new[]
                    {
                        new StoredFile(KeyOf("data/a"u8), 4096, new DateTimeOffset(2026, 11, 24, 6, 21, 1, TimeSpan.Zero), "0123abc-2"),
                    }));
            Assert.That(page.HasMore, Is.False);
            Assert.That(asked, Does.Contain("start-after=data%2F%20%2B%252F%26%F0%9F%99%82").And.Contain("max-keys=7"));
        });
    }

    [Test]
    public async Task ListFiles_fills_its_page_from_several_short_pages()
    {
        var asked = new List<(string? Token, string? Keys)>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var token = context.Request.Query["continuation-token"].FirstOrDefault();
            asked.Add((token, context.Request.Query["max-keys"]));
            var number = asked.Count;
            return Answer(
                context,
                FilePage(Enumerable.Range(0, number == 2 ? 0 : 3).Select(i => $"data/{number}-{i}"), next: $"t{number}", encoded: true));
        });
        var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", after: null, 6, CancellationToken.None);

        Assert.That((page.Files.Count, page.HasMore), Is.EqualTo((6, true)));
        Assert.That(asked, Is.EqualTo(new[] { (null, "6"), ("t1", "3"), ("t2", "3") }));
    }

    [TestCase(200, "", true)]
    [TestCase(206, "", true)]
    [TestCase(404, "NoSuchKey", false)]
    [TestCase(416, "InvalidRange", true)]
    [TestCase(403, "InvalidObjectState", true)]
    public async Task Exists_returns_whether_the_object_exists(int status, string error, bool exists)
    {
        var (asked, range) = ("", "");
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = $"{context.Request.Method} {context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget}";
            range = context.Request.Headers.Range;
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(error.Length == 0 ? "a" : $"<Error><Code>{error}</Code></Error>");
        });
        var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a b+%2F&🙂.", out var key));

        Assert.That(await store.ExistsAsync(key, CancellationToken.None), Is.EqualTo(exists));
        Assert.That(range, Is.EqualTo("bytes=0-0"), "Not the whole object.");
        Assert.That(asked, Does.StartWith("GET /bucket-1/data/x/5F/a%20b%2B%252F%26%F0%9F%99%82.?"));
    }

    [Test]
    public async Task Exists_does_not_take_an_odd_answer_for_a_missing_object()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync("<Error><Code>NoSuchKey</Code></Error>");
        });
        var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a", out var key));

        Assert.That(() => store.ExistsAsync(key, CancellationToken.None), Throws.TypeOf<RefusedException>());
    }

    [Test]
    public async Task Exists_distinguishes_a_missing_bucket_from_a_missing_object()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 404;
            return context.Response.WriteAsync("<Error><Code>NoSuchBucket</Code></Error>");
        });
        var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a", out var key));

        var refused = Assert.ThrowsAsync<RefusedException>(() => store.ExistsAsync(key, CancellationToken.None))!;

        Assert.That((refused.Code, refused.RetryAfter), Is.EqualTo((RefusalCode.StorageUnavailable, (TimeSpan?)null)));
        Assert.That(refused.Message, Does.Contain("operator").And.Not.Contain("try again"));
    }

    [Test]
    public async Task Ping_requests_url_encoding()
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = context.Request.QueryString.Value!;
            return Answer(context, Page([], next: null));
        });
        var store = Store(server.Url);

        await store.PingAsync(CancellationToken.None);

        Assert.That(asked, Does.Contain("encoding-type=url"));
    }

    [Test]
    public async Task Failure_is_storage_refuses_while_the_store_refuses_this_server()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return context.Response.WriteAsync("<Error><Code>AccessDenied</Code></Error>");
        });
        var state = new StoreState();
        state.Update(findings => findings with { Refusal = "It refuses." });
        var store = Store(server.Url, state: state);

        var refused = Assert.ThrowsAsync<RefusedException>(() => store.PingAsync(CancellationToken.None))!;

        Assert.That(refused.Message, Does.Not.Contain("try again"));
    }

    [TestCase(403, RefusalCode.StorageUnavailable)]
    [TestCase(404, RefusalCode.StorageUnavailable)]
    [TestCase(500, RefusalCode.StorageUnavailable)]
    [TestCase(504, RefusalCode.StorageTimeout)]
    public async Task Exists_refuses_when_the_store_fails(int status, RefusalCode code)
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        var store = Store(server.Url);
        Assert.That(Domain.ObjectName.TryParse("data/x/5F/a", out var key));

        await RefusesAsync(code, () => store.ExistsAsync(key, CancellationToken.None));
    }

    [Test]
    public async Task Concurrent_requests_are_limited()
    {
        var (now, max) = (0, 0);
        using var gate = new SemaphoreSlim(0);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            lock (gate)
            {
                now++;
                max = Math.Max(max, now);
            }

            await gate.WaitAsync();
            lock (gate)
            {
                now--;
            }

            await Answer(context, Page([], next: null));
        });
        var store = Store(server.Url, request: TimeSpan.FromMinutes(5), atOnce: 4);

        var asked = Enumerable.Range(0, 20).Select(_ => store.PingAsync(CancellationToken.None)).ToList();
        await Wait.UntilAsync(() => Volatile.Read(ref now) >= 4);
        await Task.Delay(100);
        gate.Release(20);
        await Task.WhenAll(asked);

        Assert.That(max, Is.EqualTo(4));
    }

    [Test]
    public async Task Request_timeout_includes_the_wait_for_a_slot()
    {
        using var gate = new SemaphoreSlim(0);
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await gate.WaitAsync(context.RequestAborted);
            await Answer(context, Page([], next: null));
        });
        var (request, time) = (TimeSpan.FromMilliseconds(300), new TestTime());
        var store = Store(server.Url, request: request, atOnce: 1, time: time);

        var asked = Enumerable.Range(0, 200)
            .Select(_ => RefusesAsync(RefusalCode.StorageTimeout, () => store.PingAsync(CancellationToken.None)))
            .ToList();
        time.Advance(request);

        // All at once, not one after the other.
        await Task.WhenAll(asked).WaitAsync(TimeSpan.FromMinutes(1));

        // The slot is released when the client drops the stalled request.
        gate.Release(1000);
        await store.PingAsync(CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Test]
    public async Task Ping_returns_the_duration_and_requests_one_key()
    {
        var query = "";
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            query = context.Request.QueryString.Value;
            await Task.Delay(30);
            await Answer(context, Page([], next: null));
        });
        var store = Store(server.Url);

        var latency = await store.PingAsync(CancellationToken.None);

        Assert.That(latency, Is.InRange(TimeSpan.FromMilliseconds(25), TimeSpan.FromMinutes(1)));
        Assert.That(query, Does.Contain("max-keys=1"));
    }

    [Test]
    public async Task Requests_are_signed_with_the_current_credentials()
    {
        var authorizations = new List<(string? Credential, string? Token)>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            authorizations.Add((context.Request.Query["X-Amz-Credential"], context.Request.Query["X-Amz-Security-Token"]));
            return Answer(context, Page([], next: null));
        });
        var source = new CredentialSource(new SigningCredentials("AKIAFIRST", "secret"));
        var store = Store(Options(server.Url), source);

        await store.PingAsync(CancellationToken.None);
        source.Replace(new SigningCredentials("ASIASECOND", "secret", "token"));
        await store.PingAsync(CancellationToken.None);

        Assert.That(authorizations[0].Credential, Does.Contain("AKIAFIRST/").And.Contain("/eu-central-1/s3/aws4_request"));
        Assert.That(authorizations[0].Token, Is.Null);
        Assert.That(authorizations[1].Credential, Does.Contain("ASIASECOND/"));
        Assert.That(authorizations[1].Token, Is.EqualTo("token"));
    }

    [Test]
    public async Task Requests_without_credentials_are_storage_unavailable()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, Page([], next: null)));
        var store = Store(Options(server.Url), new CredentialSource());

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.PingAsync(CancellationToken.None));
    }

    [Test]
    public async Task Keys_that_are_not_utf8_keep_their_bytes_and_lead_to_the_next_page()
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked = context.Request.QueryString.Value;
            return Answer(context, FilePage(["data/%FE", "data/%FF%00"], next: null, encoded: true));
        });
        var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", KeyOf([.. "data/"u8, 0xc0, 0x80, 0x01]), 10, CancellationToken.None);

        Assert.That(page.Files.Select(file => Convert.ToHexString(file.Key.Bytes.Span[5..])), Is.EqualTo(new[] { "FE", "FF00" }));
        Assert.That(asked, Does.Contain("start-after=data%2F%C0%80%01&"));
    }

    [Test]
    public async Task Continuation_tokens_are_sent_back_unchanged()
    {
        // Ceph (16.2) writes the bytes of the last key into the token, regardless of the requested encoding.
        var asked = new List<string?>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked.Add(context.Request.QueryString.Value);
            var page = FilePage(
                [$"data/{asked.Count}"],
                next: asked.Count switch { 1 => "data/&#x01;\u00ff\u0080&amp;", 2 => "+/=", _ => null },
                encoded: true);
            context.Response.ContentType = "application/xml";
            return context.Response.Body.WriteAsync(
                System.Text.Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>" + page)).AsTask();
        });
        var store = Store(server.Url);

        var found = await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None);

        Assert.That(found.Files.Select(file => file.Key.Text), Is.EqualTo(new[] { "data/1", "data/2", "data/3" }));
        Assert.That(asked[1], Does.Contain("continuation-token=data%2F%01%FF%80%26&"));
        Assert.That(asked[2], Does.Contain("continuation-token=%2B%2F%3D&"));
    }

    [TestCase("data/b", "data/b", Description = "the same again")]
    [TestCase("data/c", "data/b", Description = "backwards")]
    [TestCase("data/a", "data/b", Description = "before the start")]
    [TestCase("data/%EF%BF%BD", "data/%EF%BD%9E", Description = "backwards by bytes")]
    [TestCase("dat0", "data/z", Description = "outside of the prefix")]
    public async Task Listing_that_does_not_go_forward_is_storage_unavailable_and_logged(string first, string second)
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, context.Request.Query.ContainsKey("delimiter")
            ? Page([first + "/", second + "/"], next: null)
            : FilePage([first, second], next: null, encoded: true)));
        using var log = new Log();
        using var loggers = new LoggerFactory([log]);
        var store = Store(server.Url, loggers: loggers);

        await RefusesAsync(
            RefusalCode.StorageUnavailable,
            () => store.ListFilesAsync("data/", KeyOf("data/a"u8), 10, CancellationToken.None));
        Assert.That(log.Text, Does.Contain("data/ does not go forward"));
        if (first != "data/a")
        {
            await RefusesAsync(
                RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/", maxEntries: null, CancellationToken.None));
        }
    }

    [Test]
    public async Task Page_that_repeats_with_a_new_token_is_storage_unavailable()
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var number = Interlocked.Increment(ref requests);
            return Answer(context, context.Request.Query.ContainsKey("delimiter")
                ? Page(["data/a/"], next: $"t{number}")
                : FilePage(["data/a"], next: $"t{number}", encoded: true));
        });
        var store = Store(server.Url);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFoldersAsync("data/", maxEntries: null, CancellationToken.None));
        Assert.That(requests, Is.EqualTo(4));
    }

    [Test]
    public async Task Names_in_the_log_contain_no_control_characters()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
            Answer(context, FilePage(["data/b%0Afake", "data/a"], next: null, encoded: true)));
        using var log = new Log();
        using var loggers = new LoggerFactory([log]);
        var store = Store(server.Url, loggers: loggers);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));

        Assert.That(log.Text, Does.Contain("data/a comes after data/b%0Afake").And.Not.Contain("\n"));
    }

    [Test]
    public async Task ListFiles_drops_files_beyond_the_limit()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
            Answer(context, FilePage(["data/a", "data/b", "data/c"], next: null, encoded: true)));
        var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", after: null, 2, CancellationToken.None);

        Assert.That((page.Files.Count, page.HasMore), Is.EqualTo((2, true)));
    }

    [Test]
    public async Task ListFolders_drops_names_that_no_miner_can_have()
    {
        var (longest, tooLong) = (new string('a', FolderLayout.MaxFolderNameBytes), new string('b', FolderLayout.MaxFolderNameBytes + 1));
        await using var server = await LoopbackServer.StartAsync(
            context => Answer(context, FolderPage(["1", longest, tooLong, "%FF"], encoded: true)));
        var store = Store(server.Url);

        var folders = await store.ListFoldersAsync("data/", maxEntries: null, CancellationToken.None);

        Assert.That(folders.Prefixes, Is.EqualTo(new[] { "data/1/", $"data/{longest}/" }));
    }

    [Test]
    public async Task Page_of_the_longest_keys_is_read_and_a_longer_page_is_refused()
    {
        var size = 1000;
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, FilePage(
            Enumerable.Range(0, size).Select(i =>
                string.Concat(
                    "data/",
                    string.Concat(Enumerable.Repeat("%01", Domain.ObjectKey.MaxBytes - 9)),
                    i.ToString("D4", CultureInfo.InvariantCulture))),
            next: null,
            encoded: true)));
        var store = Store(server.Url);

        Assert.That((await store.ListFilesAsync("data/", after: null, 1000, CancellationToken.None)).Files, Has.Count.EqualTo(1000));
        size = 1400;
        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 1000, CancellationToken.None));
    }

    [TestCase("<!DOCTYPE a [<!ENTITY b \"c\">]><ListBucketResult></ListBucketResult>")]
    [TestCase("<ListBucketResult><IsTruncated>false</IsTruncated>")]
    [TestCase("<Error><Code>NoSuchBucket</Code></Error>")]
    [TestCase("<ListBucketResult><Contents><Size>1</Size></Contents></ListBucketResult>")]
    [TestCase("<ListBucketResult><Contents><Key>data/a</Key><Size>-1</Size></Contents></ListBucketResult>")]
    [TestCase("<ListBucketResult><Contents><Key>data/a</Key><Size>99999999999999999999</Size></Contents></ListBucketResult>")]
    [TestCase("<ListBucketResult><Contents><Key>data/a</Key><LastModified>today</LastModified></Contents></ListBucketResult>")]
    [TestCase("<ListBucketResult><Contents><Key>data/<b>a</b></Key></Contents></ListBucketResult>")]
    public async Task Answer_that_is_not_a_listing_is_storage_unavailable(string body)
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, body));
        var store = Store(server.Url);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));
    }

    [Test]
    public async Task Unknown_elements_of_a_listing_are_ignored()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(
            context,
            "\ufeff<?xml version=\"1.0\"?><!-- a --><ListBucketResult xmlns=\"x\"><Prefix>data/</Prefix>"
            + "<Contents><Owner><Key>no</Key><ID>1</ID></Owner><Key>data/a</Key><Extra/></Contents>"
            + "<Key>no</Key><Other><Contents><Key>no</Key></Contents></Other></ListBucketResult>"));
        var store = Store(server.Url);

        var page = await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None);

        Assert.That(page.Files, Is.EqualTo(new[] { new StoredFile(KeyOf("data/a"u8), 0, DateTimeOffset.UnixEpoch, "") }));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Listing_whose_connection_breaks_once_is_retried(bool breaksInTheAnswer)
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (Interlocked.Increment(ref requests) > 1)
            {
                await Answer(context, FilePage(["data/a"], next: null, encoded: true));
                return;
            }

            if (breaksInTheAnswer)
            {
                await context.Response.WriteAsync("<ListBucketResult>");
                await context.Response.Body.FlushAsync();
            }

            context.Abort();
        });
        var store = Store(server.Url);

        Assert.That((await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None)).Files, Has.Count.EqualTo(1));
    }

    [TestCase(500)]
    [TestCase(503)]
    [TestCase(429)]
    public async Task Listing_that_fails_once_is_retried(int status)
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
            Interlocked.Increment(ref requests) == 1
                ? Answer(context, "", status)
                : Answer(context, FilePage(["data/a"], next: null, encoded: true)));
        var store = Store(server.Url);

        Assert.That((await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None)).Files, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Refused_listing_is_not_retried_and_the_stores_code_is_logged()
    {
        var requests = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            Interlocked.Increment(ref requests);
            return Answer(context, "<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message></Error>", 403);
        });
        using var log = new Log();
        using var loggers = new LoggerFactory([log]);
        var store = Store(server.Url, loggers: loggers);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));

        Assert.That(requests, Is.EqualTo(1));
        Assert.That(log.Text, Does.Contain("Forbidden SignatureDoesNotMatch"));
    }

    [Test]
    public async Task Stalled_listing_releases_its_slot()
    {
        var stalls = true;
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            if (!Volatile.Read(ref stalls))
            {
                await Answer(context, FilePage([], next: null, encoded: true));
                return;
            }

            await context.Response.WriteAsync("<ListBucketResult>");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });
        var store = Store(server.Url, request: TimeSpan.FromSeconds(3), atOnce: 1);
        await RefusesAsync(RefusalCode.StorageTimeout, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));
        Volatile.Write(ref stalls, false);

        Assert.That(async () => (await TryListAsync()).ToString(), Is.EqualTo("True").After(60_000, 50));

        async Task<bool> TryListAsync()
        {
            try
            {
                await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None);
                return true;
            }
            catch (RefusedException)
            {
                return false;
            }
        }
    }

    [Test]
    public async Task Listings_are_signed_with_the_current_credentials()
    {
        var asked = new List<string?>();
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked.Add(context.Request.QueryString.Value);
            return Answer(context, FilePage([], next: null, encoded: true));
        });
        var source = new CredentialSource();
        var store = Store(Options(server.Url), source);

        await RefusesAsync(RefusalCode.StorageUnavailable, () => store.ListFilesAsync("data/", after: null, 10, CancellationToken.None));
        source.Replace(new SigningCredentials("ASIASECOND", "secret", "to+ken"));
        await store.ListFilesAsync("data/", after: null, 10, CancellationToken.None);

        Assert.That(
            asked.Single(),
            Does.Contain("X-Amz-Credential=ASIASECOND%2F").And.Contain("X-Amz-Security-Token=to%2Bken&").And.Contain(
                "%2Feu-central-1%2Fs3%2Faws4_request"));
    }

    private static Domain.ObjectKey KeyOf(ReadOnlySpan<byte> bytes) =>
        Domain.ObjectKey.TryRead(bytes, out var key) ? key : throw new ArgumentException("No key.", nameof(bytes));

    private static async Task RefusesAsync(RefusalCode code, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (RefusedException refusal)
        {
            Assert.That(refusal.Code, Is.EqualTo(code));
            Assert.That(
                refusal.RetryAfter is null,
                Is.EqualTo(refusal.InnerException is StoreErrorException { Code: "NoSuchBucket" or "SignatureDoesNotMatch" }),
                "A missing bucket or a wrong key does not correct itself.");
            Assert.That(refusal.Message, Does.Not.Contain("127.0.0.1"));
            return;
        }

        Assert.Fail($"Nothing was refused; expected {code}.");
    }

    private static S3ObjectStore Store(
        Uri url,
        TimeSpan? request = null,
        TimeSpan? listing = null,
        int atOnce = 64,
        StoreState? state = null,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null) => Store(
        Options(url, request, listing, atOnce),
        new CredentialSource(new SigningCredentials("AKIAEXAMPLE", "secret")),
        state,
        loggers,
        time);

    private static S3ObjectStore Store(
        StorageOptions options,
        CredentialSource credentials,
        StoreState? state = null,
        ILoggerFactory? loggers = null,
        TimeProvider? time = null) => new(
        options,
        new StoreClient(new StoreEndpoints(options), credentials, TimeProvider.System),
        new StoreCalls(
            options,
            state ?? new StoreState(),
            time ?? TimeProvider.System,
            (loggers ?? NullLoggerFactory.Instance).CreateLogger<StoreCalls>()),
        time ?? TimeProvider.System,
        (loggers ?? NullLoggerFactory.Instance).CreateLogger<S3ObjectStore>());

    private static StorageOptions Options(Uri url, TimeSpan? request = null, TimeSpan? listing = null, int atOnce = 64) => new()
    {
        Bucket = "bucket-1",
        Region = "eu-central-1",
        Endpoint = url,
        Usage = new StoreUsage
        {
            RequestTimeout = request ?? TimeSpan.FromMinutes(1),
            ListingTimeout = listing ?? TimeSpan.FromSeconds(30),
            RequestsAtOnce = atOnce,
        },
    };

    private static string Encoding(bool encoded) => encoded ? "<EncodingType>url</EncodingType>" : "";

    private static string FolderPage(IEnumerable<string> names, bool encoded)
    {
        var folders = names.Select(name => $"<CommonPrefixes><Prefix>data/{name}/</Prefix></CommonPrefixes>");
        return $"<ListBucketResult>{Encoding(encoded)}{string.Concat(folders)}</ListBucketResult>";
    }

    private static string FilePage(IEnumerable<string> keys, string? next, bool encoded)
    {
        const string Properties =
            "<LastModified>2026-11-24T06:21:01.000Z</LastModified><ETag>&quot;0123abc-2&quot;</ETag><Size>4096</Size>";
        return $"""
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{Encoding(encoded)}
            <IsTruncated>{(next is null ? "false" : "true")}</IsTruncated>
            {(next is null ? "" : $"<NextContinuationToken>{next}</NextContinuationToken>")}
            {string.Concat(keys.Select(key => $"<Contents><Key>{key}</Key>{Properties}</Contents>"))}
            </ListBucketResult>
            """;
    }

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
