namespace S3Auth.DevelopmentStore.Tests;

/// <summary>A store for each test, and the requests that most tests make.</summary>
internal abstract class StoreTests
{
    protected const string Bucket = RunningStore.Bucket;

    protected RunningStore Store { get; private set; } = null!;

    protected TestSigner Signer => new() { When = Store.Clock.GetUtcNow(), Region = Store.Options.Region };

    /// <summary>How the store of these tests behaves.</summary>
    protected virtual StoreBehaviour Behaviour => StoreBehaviour.Aws;

    [SetUp]
    public async Task StartStore() => Store = await RunningStore.StartAsync(Behaviour);

    [TearDown]
    public async Task StopStore() => await Store.DisposeAsync();

    protected static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    protected RawRequest Request(string method, string target, byte[]? body = null) =>
        new(Store.Endpoint, method, target) { Body = body ?? [] };

    /// <summary>A request to an object, its key encoded as clients encode it.</summary>
    protected RawRequest On(string method, string key, byte[]? body = null) => Request(method, $"/{Bucket}/{Path(key)}", body);

    protected static string Path(string key) => string.Join('/', key.Split('/').Select(TestSigner.Encode));

    protected Task<RawResponse> PutAsync(string key, byte[] body) => Signer.Authorize(On("PUT", key, body)).SendAsync();

    protected Task<RawResponse> GetAsync(string key) => Signer.Authorize(On("GET", key)).SendAsync();

    protected Task<RawResponse> ListAsync(string query = "list-type=2") =>
        Signer.Authorize(Request("GET", $"/{Bucket}?{query}")).SendAsync();

}
