using Microsoft.AspNetCore.Http.Features;

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

/// <summary>Where the requests of the doctor go: to the endpoint of this server, or to that of clients.</summary>
public sealed class StoreExamTests
{
    private static IEnumerable<TestCaseData> Requests()
    {
        const string Key = "data/x/a";
        yield return Case("list", exam => exam.ListAsync("", 1, null, default), "GET bucket-1.store.localhost/");
        yield return Case("list another bucket", exam => exam.ListAsync("", 1, "other-1", default), "GET other-1.store.localhost/");
        yield return Case("list buckets", exam => exam.ListBucketsAsync(default), "GET store.localhost/");
        yield return Case("get", exam => exam.SendAsync(HttpMethod.Get, Key, [], default), "GET bucket-1.store.localhost/data/x/a");
        yield return Case("put", exam => exam.PutAsync(Key, [], [], [], default), "PUT bucket-1.store.localhost/data/x/a");
        yield return Case(
            "put without length", exam => exam.TryPutWithoutLengthAsync(Key, default), "PUT bucket-1.store.localhost/data/x/a");
        yield return Case("announce", exam => exam.AnnouncePutAsync(Key, 9, default), "PUT bucket-1.public.localhost/data/x/a");
        yield return Case(
            "preflight",
            exam => exam.AskForPutAsync("https://page.example", default),
            "OPTIONS bucket-1.public.localhost/data/x/.s3auth-put-probe/target");
        yield return Case(
            "list unsigned",
            exam => exam.SendUnsignedAsync(HttpMethod.Get, "?max-keys=1", [], default),
            "GET bucket-1.public.localhost/");
        yield return Case(
            "put unsigned", exam => exam.TryUnsignedPutAsync("/data/x/a", default), "PUT bucket-1.public.localhost/data/x/a");
    }

    [TestCaseSource(nameof(Requests))]
    public async Task Request_goes_to_its_endpoint(Func<object, Task> send, string expected)
    {
        var asked = "";
        await using var server = await LoopbackServer.StartAsync(context =>
        {
            var path = context.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?')[0];
            asked = $"{context.Request.Method} {context.Request.Host.Host}{path}";
            return Task.CompletedTask;
        });
        using var http = new ProbeClient(TimeSpan.FromSeconds(30));
        var options = new StorageOptions
        {
            Bucket = "bucket-1",
            Region = "us-east-2",
            Endpoint = new UriBuilder(server.Url) { Host = "store.localhost" }.Uri,
            PublicEndpoint = new UriBuilder(server.Url) { Host = "public.localhost" }.Uri,
            Addressing = S3Addressing.Virtual,
        };
        var exam = new StoreExam(
            http, options, new StoreEndpoints(options).Current, StubStore.Keys, PutProbeTests.Layout, TimeProvider.System);

        await send(exam);

        Assert.That(asked, Is.EqualTo(expected));
    }

    private static TestCaseData Case(string name, Func<StoreExam, Task> send, string expected) =>
        new TestCaseData((Func<object, Task>)(exam => send((StoreExam)exam)), expected).SetArgDisplayNames(name);
}
