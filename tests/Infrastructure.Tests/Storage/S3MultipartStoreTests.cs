using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace S3Auth.Infrastructure.Tests.Storage;

public sealed class S3MultipartStoreTests
{
    private const string UploadId = "2~id/+=";

    private static readonly ObjectName Key = ObjectName.TryParse("data/x/5F/a b", out var key) ? key : default;

    private readonly List<string> _requests = [];
    private readonly List<string> _bodies = [];
    private readonly List<string?> _conditions = [];
    private ServiceProvider _services = null!;
    private StoreCapabilities _capabilities = new();

    [SetUp]
    public void SetUp()
    {
        _requests.Clear();
        _bodies.Clear();
        _conditions.Clear();
        _capabilities = new StoreCapabilities();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    }

    [TearDown]
    public void TearDown() => _services.Dispose();

    [Test]
    public async Task Create_returns_the_stores_id()
    {
        await using var server = await AnswerAsync(
            $"<InitiateMultipartUploadResult xmlns='x'><UploadId>{UploadId}</UploadId></InitiateMultipartUploadResult>");

        Assert.That(await Store(server).CreateAsync(Key, CancellationToken.None), Is.EqualTo(UploadId));
        Assert.That(_requests, Is.EqualTo(new[] { "POST /bucket-1/data/x/5F/a%20b uploads=" }));
    }

    [TestCase("<InitiateMultipartUploadResult/>")]
    [TestCase("<InitiateMultipartUploadResult><UploadId></UploadId></InitiateMultipartUploadResult>")]
    [TestCase("<!DOCTYPE a [<!ENTITY e 'x'>]><InitiateMultipartUploadResult><UploadId>&e;</UploadId></InitiateMultipartUploadResult>")]
    [TestCase("no xml")]
    [TestCase("")]
    public async Task Create_refuses_an_answer_without_an_id(string answer)
    {
        await using var server = await AnswerAsync(answer);

        await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).CreateAsync(Key, CancellationToken.None));
    }

    [Test]
    public async Task Create_refuses_an_id_that_is_too_long()
    {
        var id = new string('u', IMultipartStore.MaxUploadIdLength + 1);
        await using var server = await AnswerAsync(
            $"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");

        await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).CreateAsync(Key, CancellationToken.None));
    }

    [TestCase("<Error><Code>InternalError</Code></Error>")]
    [TestCase("<html><body>Not now</body></html>")]
    public async Task Successful_answer_of_another_kind_is_refused(string answer)
    {
        await using var server = await AnswerAsync(answer);
        var store = Store(server);

        await RefusesAsync(RefusalCode.StorageUnavailable, store.CreateAsync(Key, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, store.FindAsync(Key, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, store.ListPartsAsync(Key, UploadId, CancellationToken.None));
        await RefusesAsync(RefusalCode.StorageUnavailable, CompleteAsync(store));
    }

    [Test]
    public async Task Create_is_not_sent_again_after_an_error()
    {
        await using var server = await AnswerAsync("<Error><Code>InternalError</Code></Error>", 500);

        await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).CreateAsync(Key, CancellationToken.None));
        Assert.That(_requests, Has.Count.EqualTo(1), "a second upload would be left unfinished");
    }

    [Test]
    public async Task Find_returns_the_newest_upload_of_exactly_this_key()
    {
        await using var server = await AnswerAsync(
            $"""
            <ListMultipartUploadsResult>
            {Upload("data/x/5F/a b", "older", "2026-11-24T06:00:00.000Z")}
            {Upload("data/x/5F/a b", "newest", "2026-11-24T07:00:00.000Z")}
            {Upload("data/x/5F/a b", "old", "2026-11-24T06:30:00.000Z")}
            {Upload("data/x/5F/a b2", "other", "2026-11-24T08:00:00.000Z")}
            </ListMultipartUploadsResult>
            """);

        Assert.That(await Store(server).FindAsync(Key, CancellationToken.None), Is.EqualTo("newest"));
        Assert.That(_requests, Is.EqualTo(new[] { "GET /bucket-1 max-uploads=1000&prefix=data%2Fx%2F5F%2Fa%20b&uploads=" }));

        static string Upload(string key, string id, string initiated) =>
            $"<Upload><Key>{key}</Key><UploadId>{id}</UploadId><Initiated>{initiated}</Initiated></Upload>";
    }

    [Test]
    public async Task Find_returns_null_without_an_upload()
    {
        await using var server = await AnswerAsync("<ListMultipartUploadsResult/>");

        Assert.That(await Store(server).FindAsync(Key, CancellationToken.None), Is.Null);
    }

    [TestCase(0)]
    [TestCase(IMultipartStore.MaxUploadIdLength + 1)]
    public async Task Find_refuses_an_id_of_another_length(int length)
    {
        await using var server = await AnswerAsync(
            $"<ListMultipartUploadsResult><Upload><Key>data/x/5F/a b</Key><UploadId>{new string('u', length)}</UploadId></Upload>"
                + "</ListMultipartUploadsResult>");

        await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).FindAsync(Key, CancellationToken.None));
    }

    [TestCase(PartPlan.MaxParts, PartPlan.MaxPartBytes, true)]
    [TestCase(PartPlan.MaxParts + 1, 5, false)]
    [TestCase(1, PartPlan.MaxPartBytes + 1, false)]
    public async Task Part_beyond_the_limits_is_refused(int number, long size, bool isAccepted)
    {
        await using var server = await AnswerAsync(Parts(isTruncated: false, (number, "e", size)));
        var listed = Store(server).ListPartsAsync(Key, UploadId, CancellationToken.None);

        if (isAccepted)
        {
            Assert.That(await listed, Has.Count.EqualTo(1));
        }
        else
        {
            await RefusesAsync(RefusalCode.StorageUnavailable, listed);
        }
    }

    [Test]
    public async Task Parts_are_read_from_all_pages()
    {
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            Record(context);
            return Answer(context, context.Request.Query["part-number-marker"] == "0"
                ? Parts(isTruncated: true, (1, "e1", 5), (2, "e2", 6))
                : Parts(isTruncated: false, (7, "e7", 7)));
        });

        var parts = await Store(server).ListPartsAsync(Key, UploadId, CancellationToken.None);

        Assert.That(parts, Is.EqualTo(new[] { new StoredPart(1, "e1", 5), new StoredPart(2, "e2", 6), new StoredPart(7, "e7", 7) }));
        Assert.That(
            _requests.Select(request => request.Split(' ')[^1]),
            Is.EqualTo(new[]
            {
                "max-parts=1000&part-number-marker=0&uploadId=2~id%2F%2B%3D", "max-parts=1000&part-number-marker=2&uploadId=2~id%2F%2B%3D",
            }));
    }

    [TestCase("NoSuchUpload")]
    [TestCase("NoSuchKey")]
    public async Task Upload_that_ended_has_no_parts_and_cannot_be_completed_or_aborted(string code)
    {
        await using var server = await AnswerAsync($"<Error><Code>{code}</Code></Error>", 404);
        var store = Store(server);

        Assert.That(await store.ListPartsAsync(Key, UploadId, CancellationToken.None), Is.Null);
        Assert.That(await store.AbortAsync(Key, UploadId, CancellationToken.None), Is.False);
        Assert.That((await CompleteAsync(store)).Outcome, Is.EqualTo(CompletionOutcome.NotFound));
    }

    [Test]
    public async Task Listing_of_parts_that_does_not_go_forward_is_refused()
    {
        foreach (var page in (string[])
        [
            Parts(isTruncated: true), Parts(isTruncated: true, (1, "e", 5)), Parts(isTruncated: false, (2, "e", 5), (1, "e", 5)),
        ])
        {
            await using var server = await AnswerAsync(page);
            await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).ListPartsAsync(Key, UploadId, CancellationToken.None));
        }
    }

    [Test]
    public async Task Completion_names_every_part()
    {
        await using var server = await AnswerAsync(
            "<CompleteMultipartUploadResult><ETag>&quot;abc-2&quot;</ETag></CompleteMultipartUploadResult>");

        Assert.That(await CompleteAsync(Store(server)), Is.EqualTo(new Completion(CompletionOutcome.Completed, "abc-2")));
        Assert.That(_requests.Single(), Is.EqualTo("POST /bucket-1/data/x/5F/a%20b uploadId=2~id%2F%2B%3D"));
        Assert.That(_bodies.Single(), Is.EqualTo(
            "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>\"e1\"</ETag></Part>"
                + "<Part><PartNumber>2</PartNumber><ETag>\"&lt;2&gt;\"</ETag></Part></CompleteMultipartUpload>"));
        Assert.That(_conditions.Single(), Is.Null);
    }

    [TestCase(ConditionalWrites.Enforced, true, "*")]
    [TestCase(ConditionalWrites.Enforced, false, null)]
    [TestCase(ConditionalWrites.Refused, true, null)]
    [TestCase(ConditionalWrites.Unknown, true, null)]
    public async Task Completion_is_conditional_where_the_store_supports_it(ConditionalWrites support, bool isWriteOnce, string? condition)
    {
        _capabilities = new StoreCapabilities { ConditionalWrites = support, ConditionalCompletion = support };
        await using var server = await AnswerAsync("<CompleteMultipartUploadResult><ETag>abc-2</ETag></CompleteMultipartUploadResult>");

        await CompleteAsync(Store(server), isWriteOnce);

        Assert.That(_conditions.Single(), Is.EqualTo(condition));
    }

    [TestCase("PreconditionFailed", CompletionOutcome.Exists)]
    [TestCase("InvalidPart", CompletionOutcome.InvalidParts)]
    [TestCase("InvalidPartOrder", CompletionOutcome.InvalidParts)]
    [TestCase("EntityTooSmall", CompletionOutcome.InvalidParts)]
    public async Task Error_of_a_completion_is_recognized_also_in_a_successful_answer(string code, CompletionOutcome outcome)
    {
        foreach (var status in (int[])[400, 200])
        {
            await using var server = await AnswerAsync($"<Error><Code>{code}</Code></Error>", status);
            Assert.That((await CompleteAsync(Store(server))).Outcome, Is.EqualTo(outcome), $"{status}");
        }
    }

    [Test]
    public async Task Other_error_in_a_successful_answer_is_a_failure_and_not_sent_again()
    {
        await using var server = await AnswerAsync("<Error><Code>InternalError</Code></Error>");

        await RefusesAsync(RefusalCode.StorageUnavailable, CompleteAsync(Store(server)));
        Assert.That(_requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Completion_is_not_sent_again_after_an_error()
    {
        await using var server = await AnswerAsync("<Error><Code>InternalError</Code></Error>", 500);

        await RefusesAsync(RefusalCode.StorageUnavailable, CompleteAsync(Store(server)));
        Assert.That(_requests, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Completion_may_take_longer_than_other_requests()
    {
        await using var server = await LoopbackServer.StartAsync(async context =>
        {
            await Task.Delay(1500);
            await Answer(context, "<CompleteMultipartUploadResult><ETag>abc-2</ETag></CompleteMultipartUploadResult>");
        });
        var store = Store(server, new StoreUsage { RequestTimeout = TimeSpan.FromSeconds(0.5) });

        Assert.That((await CompleteAsync(store)).ETag, Is.EqualTo("abc-2"));
        await RefusesAsync(RefusalCode.StorageTimeout, store.ListPartsAsync(Key, UploadId, CancellationToken.None));
    }

    [Test]
    public async Task ETag_that_the_completion_does_not_have_is_listed()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, context.Request.Method == "POST"
            ? "<CompleteMultipartUploadResult><ETag></ETag></CompleteMultipartUploadResult>"
            : "<ListBucketResult><Contents><Key>data/x/5F/a b</Key><ETag>abc-2</ETag><Size>1</Size></Contents></ListBucketResult>"));

        Assert.That((await CompleteAsync(Store(server))).ETag, Is.EqualTo("abc-2"));
    }

    [Test]
    public async Task Completion_without_an_etag_and_without_a_file_is_a_failure()
    {
        await using var server = await LoopbackServer.StartAsync(context => Answer(context, context.Request.Method == "POST"
            ? "<CompleteMultipartUploadResult/>"
            : "<ListBucketResult><Contents><Key>data/x/5F/a b2</Key><ETag>abc-2</ETag><Size>1</Size></Contents></ListBucketResult>"));

        await RefusesAsync(RefusalCode.StorageUnavailable, CompleteAsync(Store(server)));
    }

    [Test]
    public async Task Abort_deletes_the_upload()
    {
        await using var server = await AnswerAsync("", 204);

        Assert.That(await Store(server).AbortAsync(Key, UploadId, CancellationToken.None), Is.True);
        Assert.That(_requests.Single(), Is.EqualTo("DELETE /bucket-1/data/x/5F/a%20b uploadId=2~id%2F%2B%3D"));
    }

    [Test]
    public async Task Answer_that_is_too_large_is_refused()
    {
        await using var server = await AnswerAsync(
            $"<InitiateMultipartUploadResult><a>{new string(' ', 5_000_000)}</a><UploadId>{UploadId}</UploadId>"
                + "</InitiateMultipartUploadResult>");

        await RefusesAsync(RefusalCode.StorageUnavailable, Store(server).CreateAsync(Key, CancellationToken.None));
    }

    private static Task<Completion> CompleteAsync(S3MultipartStore store, bool isWriteOnce = true) => store.CompleteAsync(
        Key, UploadId, [new StoredPart(1, "e1", 5), new StoredPart(2, "<2>", 6)], isWriteOnce, CancellationToken.None);

    private static async Task RefusesAsync(RefusalCode code, Task call)
    {
        try
        {
            await call;
        }
        catch (RefusedException refused)
        {
            Assert.That(refused.Code, Is.EqualTo(code));
            return;
        }

        Assert.Fail($"Nothing was refused; expected {code}.");
    }

    private static string Parts(bool isTruncated, params (int Number, string ETag, long Size)[] parts)
    {
        var list = parts.Select(part =>
            $"<Part><PartNumber>{part.Number}</PartNumber><ETag>\"{part.ETag}\"</ETag><Size>{part.Size}</Size></Part>");
        return $"<ListPartsResult><IsTruncated>{(isTruncated ? "true" : "false")}</IsTruncated>{string.Concat(list)}</ListPartsResult>";
    }

    private static async Task Answer(HttpContext context, string body, int status = 200)
    {
        context.Response.StatusCode = status;
        if (body.Length > 0)
        {
            await context.Response.WriteAsync(body);
        }
    }

    private Task<LoopbackServer> AnswerAsync(string body, int status = 200) => LoopbackServer.StartAsync(context =>
    {
        Record(context);
        return Answer(context, body, status);
    });

    private void Record(HttpContext context)
    {
        var query = context.Request.QueryString.Value!.TrimStart('?').Split('&')
            .Where(parameter => !parameter.StartsWith("X-Amz-", StringComparison.Ordinal));
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = reader.ReadToEndAsync().GetAwaiter().GetResult();
        lock (_requests)
        {
            _requests.Add($"{context.Request.Method} {context.Request.Path.ToUriComponent()} {string.Join('&', query)}");
            _bodies.Add(body);
            _conditions.Add(context.Request.Headers.IfNoneMatch is [var condition] ? condition : null);
        }
    }

    private S3MultipartStore Store(LoopbackServer server, StoreUsage? usage = null)
    {
        var options = new StorageOptions
        {
            Bucket = "bucket-1",
            Region = "eu-central-1",
            Endpoint = server.Url,
            Usage = usage ?? new StoreUsage { RequestTimeout = TimeSpan.FromMinutes(1) },
        };
        var time = TimeProvider.System;
        var state = new StoreState();
        return new S3MultipartStore(
            new StoreClient(new StoreEndpoints(options), new CredentialSource(new SigningCredentials("AKIAEXAMPLE", "secret")), time),
            new StoreCalls(options, state, time, NullLogger<StoreCalls>.Instance),
            new FixedState(StoreFindings.None with { Capabilities = _capabilities }),
            new StoreMetrics(_services.GetRequiredService<IMeterFactory>(), state, time));
    }

    private sealed record FixedState(StoreFindings Current) : IStoreState;
}
