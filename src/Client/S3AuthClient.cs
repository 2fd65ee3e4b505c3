using System.Collections.Concurrent;

namespace S3Auth.Client;

/// <summary>
/// A client of one S3Auth server, for a miner or a validator. Signs every request with the hotkey. Retries failed connections and the
/// statuses 408, 429, 500, 502, 503 and 504, after the Retry-After of the answer; a GET only if the answer has a Retry-After. Throws
/// <see cref="RefusedException"/> if the server refuses a request. If the server refuses this machine's time, the client signs with the
/// server's time. Thread-safe.
/// </summary>
public sealed class S3AuthClient : IDisposable
{
    private readonly HttpClient _service;
    private readonly StoreConnection _store;
    private readonly S3AuthClientOptions _options;
    private readonly QuotaHandler _quota;
    private readonly DeploymentStructure _structure;
    private readonly ConcurrentDictionary<AccountId, FolderGrantCache> _grants = new();

    /// <param name="service">The server's address, such as <c>https://s3-auth.example.com</c>.</param>
    /// <param name="hotkey">The hotkey that signs. The client does not dispose it.</param>
    /// <param name="options">Timeouts and retries; by default those of <see cref="S3AuthClientOptions"/>.</param>
    public S3AuthClient(Uri service, KeyPair hotkey, S3AuthClientOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(service);
        ArgumentNullException.ThrowIfNull(hotkey);
        if (!service.IsAbsoluteUri || (service.Scheme != Uri.UriSchemeHttp && service.Scheme != Uri.UriSchemeHttps))
        {
            throw new ArgumentException("The server's address must be an http:// or https:// URL.", nameof(service));
        }

        _options = options ?? new S3AuthClientOptions();
        Service = service.AbsoluteUri.EndsWith('/') ? service : new Uri(service.AbsoluteUri + "/");
        Hotkey = hotkey.AccountId;
        _quota = new QuotaHandler(_options.Time);
        _service = Connect(hotkey);
        _store = new StoreConnection(_options);
        Api = new S3AuthApi(_service);
        _structure = new DeploymentStructure(Api);
    }

    /// <summary>The server's address. It ends with a slash.</summary>
    public Uri Service { get; }

    /// <summary>The hotkey that signs.</summary>
    public AccountId Hotkey { get; }

    /// <summary>Every endpoint of the server.</summary>
    public IS3AuthApi Api { get; }

    /// <summary>
    /// What the hotkey has left of its daily quota, as of the last answer that said it; null before the first one. The server says it in
    /// answers to signed requests.
    /// </summary>
    public QuotaStatus? Quota => _quota.Last;

    /// <summary>Creates an uploader for the miner's own folder.</summary>
    /// <param name="coldkey">The coldkey that owns the hotkey.</param>
    /// <param name="options">How to send files; by default as <see cref="FileUploaderOptions"/> says.</param>
    public FileUploader CreateUploader(AccountId coldkey, FileUploaderOptions? options = null) =>
        new(Api, _structure, _store, CreateReader(), GrantsOf(coldkey), coldkey, Hotkey, _options, options ?? new FileUploaderOptions());

    /// <summary>Opens the miner's own folder, to list it without a grant for each listing.</summary>
    /// <param name="coldkey">The coldkey that owns the hotkey.</param>
    public OwnFolder OpenFolder(AccountId coldkey) => new(GrantsOf(coldkey), _store, coldkey, _options);

    /// <summary>Creates a reader: for a miner of its own folder, for a validator of every miner's folder.</summary>
    /// <param name="maxBytesPerSecond">The limit of all downloads together, in bytes per second; null for none.</param>
    public FileReader CreateReader(long? maxBytesPerSecond = null) => new(Api, _store, _options, maxBytesPerSecond);

    /// <inheritdoc/>
    public void Dispose()
    {
        _service.Dispose();
        _store.Dispose();
        foreach (var grants in _grants.Values)
        {
            grants.Dispose();
        }
    }

    private FolderGrantCache GrantsOf(AccountId coldkey) => _grants.GetOrAdd(
        coldkey, owner => new FolderGrantCache(Api, _structure, owner, Hotkey, _options.Time, _options.OpenGrantStore?.Invoke(owner)));

    // Handlers from the outside in: refusals, retries, quota, clock, signature, connection. Follows no redirect, because a proof would go
    // with it.
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
        var signing = new TaoSigningHandler(Service, hotkey, clock) { InnerHandler = connections };
        var followingClock = new ClockHandler(clock, _options) { InnerHandler = signing };
        _quota.InnerHandler = followingClock;
        var retrying = new RetryHandler(_options) { InnerHandler = _quota };
        return new HttpClient(new RefusalHandler { InnerHandler = retrying })
        {
            BaseAddress = Service,
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }
}
