using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using S3Auth.Domain;
using S3Auth.Infrastructure.Storage;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Tests.Storage;

/// <summary>Stores that behave as known ones do towards headers that were not signed.</summary>
public sealed class PutProbeTests
{
    private static readonly ColdkeyLayout Layout = new([SourceOf("x"), SourceOf("reddit")]);
    private static readonly SigningCredentials Keys = new("AKIAEXAMPLE", "secret");

    [TestCase(403)]
    [TestCase(400)]
    [TestCase(501)]
    public async Task Store_that_refuses_what_was_not_signed_is_safe(int refusal)
    {
        var finding = await ProbeAsync(context => IsCopy(context) ? refusal : 404);

        Assert.That(finding, Is.EqualTo(PutGuard.Finding.Refuses));
    }

    [Test]
    public async Task Store_that_honours_it_but_passes_over_signed_headers_that_are_not_sent_can_be_told()
    {
        // As Ceph's gateway 16.2: a barred header that is sent breaks the signature.
        var finding = await ProbeAsync(context => IsCopy(context) && Bars(context) ? 403 : 404);

        Assert.That(finding, Is.EqualTo(PutGuard.Finding.CanBeTold));
    }

    [Test]
    public async Task Store_that_honours_it_whatever_it_is_told_is_unsafe() =>
        Assert.That(await ProbeAsync(_ => 404), Is.EqualTo(PutGuard.Finding.Unsafe));

    [Test]
    public async Task Store_that_honours_it_and_wants_every_signed_header_is_unsafe() =>
        Assert.That(await ProbeAsync(context => Bars(context) ? 403 : 404), Is.EqualTo(PutGuard.Finding.Unsafe));

    [TestCase(200)]
    [TestCase(201)]
    public async Task Store_that_takes_the_copy_is_unsafe(int status) =>
        Assert.That(await ProbeAsync(context => IsCopy(context) ? status : 404), Is.EqualTo(PutGuard.Finding.Unsafe));

    [TestCase(403, TestName = "Refusal_of_everything_tells_nothing")]
    [TestCase(500, TestName = "Failure_tells_nothing")]
    [TestCase(503, TestName = "Store_that_is_busy_tells_nothing")]
    public async Task Answer_that_could_mean_anything_is_asked_for_again(int status)
    {
        var bad = true;
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            asked++;
            return AnswerAsync(context, bad ? status : IsCopy(context) ? 403 : 404);
        });
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var guard = new PutGuard();
        using var log = new Log();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        using var probe = new PutProbe(Options(server), new CredentialSource(Keys), Layout, guard, time, loggers.CreateLogger<PutProbe>());

        await probe.StartAsync(CancellationToken.None);
        Assert.That(guard.Found, Is.EqualTo(PutGuard.Finding.Unknown));
        while (asked < 3)
        {
            time.Advance(PutProbe.Retry);
            await Task.Delay(5);
        }

        bad = false;
        while (guard.Found == PutGuard.Finding.Unknown)
        {
            time.Advance(PutProbe.Retry);
            await Task.Delay(5);
        }

        Assert.That(guard.Found, Is.EqualTo(PutGuard.Finding.Refuses));
        await probe.StopAsync(CancellationToken.None);
        Assert.That(log.Count(LogLevel.Warning), Is.EqualTo(1), "however often it was asked");
    }

    [Test]
    public async Task Source_that_may_not_be_written_to_does_not_make_a_store_look_safe()
    {
        var finding = await ProbeAsync(context => IsCopy(context) && (context.Request.Path.StartsWithSegments("/bucket-1/data/x", StringComparison.Ordinal) || Bars(context)) ? 403 : 404);

        Assert.That(finding, Is.EqualTo(PutGuard.Finding.CanBeTold));
    }

    [Test]
    public async Task Failure_beside_the_copy_tells_nothing() =>
        Assert.That(await ProbeAsync(context => IsCopy(context) ? 500 : 404), Is.EqualTo(PutGuard.Finding.Unknown));

    [Test]
    public async Task Bucket_that_is_not_there_yet_tells_nothing() =>
        Assert.That(await ProbeAsync(_ => 404, missing: "NoSuchBucket"), Is.EqualTo(PutGuard.Finding.Unknown));

    [Test]
    public async Task Without_credentials_nothing_is_asked()
    {
        var asked = 0;
        await using var server = await LoopbackServer.StartAsync(_ =>
        {
            asked++;
            return Task.CompletedTask;
        });
        var guard = new PutGuard();
        using var probe = Probe(server, new CredentialSource(), guard, TimeProvider.System);

        await probe.StartAsync(CancellationToken.None);
        await probe.StopAsync(CancellationToken.None);

        Assert.That((guard.Found, asked), Is.EqualTo((PutGuard.Finding.Unknown, 0)));
    }

    [Test]
    public async Task No_object_is_named_that_a_miner_could_have()
    {
        var targets = new List<string>();
        await ProbeAsync(context =>
        {
            targets.Add($"{context.Request.Method} {context.Request.Path} {context.Request.Headers["x-amz-copy-source"]} {context.Request.ContentLength}");
            return 404;
        });

        Assert.That(targets, Is.EqualTo(new[]
        {
            "GET /bucket-1/data/x/.s3auth-put-probe/there-is-no-such-object  ",
            "PUT /bucket-1/data/x/.s3auth-put-probe/target /bucket-1/data/x/.s3auth-put-probe/there-is-no-such-object 0",
            "GET /bucket-1/data/x/.s3auth-put-probe/there-is-no-such-object  ",
            "PUT /bucket-1/data/x/.s3auth-put-probe/target /bucket-1/data/x/.s3auth-put-probe/there-is-no-such-object 0",
            "GET /bucket-1/data/reddit/.s3auth-put-probe/there-is-no-such-object  ",
            "PUT /bucket-1/data/reddit/.s3auth-put-probe/target /bucket-1/data/reddit/.s3auth-put-probe/there-is-no-such-object 0",
            "GET /bucket-1/data/reddit/.s3auth-put-probe/there-is-no-such-object  ",
            "PUT /bucket-1/data/reddit/.s3auth-put-probe/target /bucket-1/data/reddit/.s3auth-put-probe/there-is-no-such-object 0",
        }));
    }

    private static Task AnswerAsync(HttpContext context, int status, string missing = "NoSuchKey")
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync(status == 404 ? $"<Error><Code>{missing}</Code></Error>" : "");
    }

    private static Source SourceOf(string name) => Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));

    private static bool IsCopy(HttpContext context) => context.Request.Headers.ContainsKey("x-amz-copy-source");

    private static bool Bars(HttpContext context) => context.Request.Query["X-Amz-SignedHeaders"].ToString().Contains("x-amz-copy-source", StringComparison.Ordinal);

    private static async Task<PutGuard.Finding> ProbeAsync(Func<HttpContext, int> status, string missing = "NoSuchKey")
    {
        await using var server = await LoopbackServer.StartAsync(context => AnswerAsync(context, status(context), missing));
        var guard = new PutGuard();
        using var probe = Probe(server, new CredentialSource(Keys), guard, TimeProvider.System);

        await probe.StartAsync(CancellationToken.None);
        await probe.StopAsync(CancellationToken.None);
        return guard.Found;
    }

    private static PutProbe Probe(LoopbackServer server, CredentialSource credentials, PutGuard guard, TimeProvider time) =>
        new(Options(server), credentials, Layout, guard, time, NullLogger<PutProbe>.Instance);

    private static StorageOptions Options(LoopbackServer server) => new() { Bucket = "bucket-1", Region = "us-east-2", Endpoint = server.Url };
}
