namespace S3Auth.Client;

/// <summary>
/// A miner's or a validator's way to one S3Auth server. Every request is signed by the hotkey, sent again where that helps (429, 503,
/// 504, connections that fail, with what the server says about when), and throws <see cref="RefusedException"/> where it is refused.
/// If the server refuses this machine's time, the client signs requests with the server's. May be used from several threads.
/// </summary>
public sealed class S3AuthClient : IDisposable
{
    private readonly HttpClient _service;
    private readonly StoreConnection _store;
    private readonly S3AuthClientOptions _options;

    /// <param name="service">The server's address, such as <c>https://s3-auth.example.com</c>.</param>
    /// <param name="hotkey">Who asks. It is not disposed here.</param>
    /// <param name="options">How patient to be.</param>
    public S3AuthClient(Uri service, KeyPair hotkey, S3AuthClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(hotkey);
        if (!service.IsAbsoluteUri || (service.Scheme != Uri.UriSchemeHttp && service.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("The server's address is an http:// or https:// URL.", nameof(service));
        }

        _options = options ?? new S3AuthClientOptions();
        Service = service.AbsoluteUri.EndsWith('/') ? service : new Uri(service.AbsoluteUri + "/");
        Hotkey = hotkey.AccountId;
        _service = Connect(hotkey);
        _store = new StoreConnection(_options);
        Api = new S3AuthApi(_service);
    }

    /// <summary>The server's address, with a slash at its end.</summary>
    public Uri Service { get; }

    /// <summary>Who asks.</summary>
    public AccountId Hotkey { get; }

    /// <summary>Every endpoint, as it is.</summary>
    public IS3AuthApi Api { get; }

    /// <summary>Uploads into the miner's own folder.</summary>
    /// <param name="coldkey">The coldkey that owns the hotkey.</param>
    public FolderUploader CreateUploader(AccountId coldkey) => new(Api, _store, coldkey, Hotkey, _options);

    /// <summary>Reads: the own folder as a miner, every miner's as a validator.</summary>
    public FileReader CreateReader() => new(Api, _store, _options);

    /// <inheritdoc/>
    public void Dispose()
    {
        _service.Dispose();
        _store.Dispose();
    }

    // From the outside in. Only the innermost opens connections, and it follows no redirect: a proof would go with it.
    private HttpClient Connect(KeyPair hotkey)
    {
        var clock = new ServerClock(_options.Time);
        var connections = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = System.Net.DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = _options.ConnectTimeout,
        };
        var signing = new ClockHandler(clock, _options) { InnerHandler = new TaoSigningHandler(Service, hotkey, clock) { InnerHandler = connections } };
        return new HttpClient(new RefusalHandler { InnerHandler = new RetryHandler(_options) { InnerHandler = signing } })
        {
            BaseAddress = Service,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
