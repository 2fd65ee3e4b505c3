using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using S3Auth.DevelopmentStore;

namespace S3Auth.Infrastructure.Tests.Storage.Doctor;

/// <summary>An embedded store with a server in front of it that answers some requests itself.</summary>
internal sealed class ExaminedStore : IAsyncDisposable
{
    internal static readonly SigningCredentials Keys = new("test-access-key", "test-secret-key");

    private readonly string _folder = Directory.CreateTempSubdirectory("s3auth-doctor-").FullName;
    private readonly ProbeClient _probes = new(TimeSpan.FromSeconds(30));
    private readonly HttpClient _http = new();
    private EmbeddedStore _store = null!;
    private LoopbackServer _front = null!;

    /// <summary>Overrides an answer; null for the store's.</summary>
    internal Func<HttpRequest, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>All requests: method, path and query.</summary>
    internal ConcurrentQueue<string> Asked { get; } = new();

    internal StorageOptions Options { get; private set; } = null!;

    internal StoreExam Exam { get; private set; } = null!;

    /// <summary>The keys in the bucket.</summary>
    internal Task<IReadOnlyList<string>> ListAsync() => Exam.ListKeysAsync("", maxKeys: 100, CancellationToken.None);

    internal static async Task<ExaminedStore> StartAsync(
        string behaviour = "aws", UploadMethod? method = null, FolderLayout? layout = null)
    {
        var store = new ExaminedStore();
        await store.OpenAsync(StoreBehaviour.All.Single(one => one.Name == behaviour), method, layout ?? PutProbeTests.Layout);
        return store;
    }

    internal static string Error(string code) => $"<Error><Code>{code}</Code><Message>In the store's words.</Message></Error>";

    internal Task<StoreCheck> RunAsync(IStoreCheck check) => check.RunAsync(Exam, CancellationToken.None);

    /// <summary>Stores an object.</summary>
    internal Task PutAsync(string key) => Exam.PutAsync(key, [], [], [], CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _front.DisposeAsync();
        await _store.StopAsync(CancellationToken.None);
        _http.Dispose();
        _probes.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task OpenAsync(StoreBehaviour behaviour, UploadMethod? method, FolderLayout layout)
    {
        var embedded = new EmbeddedStoreOptions
        {
            Port = 0, DataFolder = _folder, AccessKey = Keys.AccessKey, SecretKey = Keys.SecretKey, Behaviour = behaviour,
        };
        var environment = Mock.Of<IHostEnvironment>(host => host.EnvironmentName == Environments.Development);
        _store = new EmbeddedStore(embedded, environment, TimeProvider.System, NullLoggerFactory.Instance);
        await _store.StartAsync(CancellationToken.None);
        _front = await LoopbackServer.StartAsync(AnswerAsync);
        Options = new StorageOptions
        {
            Bucket = embedded.Bucket,
            Region = embedded.Region,
            Endpoint = _front.Url,
            Usage = new StoreUsage { UploadMethod = method, RequestTimeout = TimeSpan.FromSeconds(30) },
        };
        Exam = new StoreExam(
            _probes, Options, new StoreEndpoints(Options).Current, Keys, layout, TimeProvider.System);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Asked.Enqueue($"{request.Method} {request.Path}{request.QueryString}");

        // Before the body, as a proxy that refuses a large file.
        if (Instead(request) is var (status, text))
        {
            context.Response.StatusCode = status;
            await context.Response.WriteAsync(text);
            return;
        }

        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        using var answer = await _http.SendAsync(Forward(request, body.ToArray()));
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Where(header => header.Key != "Transfer-Encoding"))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private HttpRequestMessage Forward(HttpRequest request, byte[] body)
    {
        var target = _store.Endpoint.GetLeftPart(UriPartial.Authority)
            + request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method),
            new Uri(target, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = new ByteArrayContent(body),
        };
        foreach (var (name, values) in request.Headers.Where(header => header.Key is not ("Content-Length" or "Connection")))
        {
            if (!forwarded.Headers.TryAddWithoutValidation(name, values.ToArray()))
            {
                forwarded.Content.Headers.TryAddWithoutValidation(name, values.ToArray());
            }
        }

        return forwarded;
    }
}
