using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// The configured bucket. Lists through <see cref="ListingClient"/>, and does everything else through the AWS SDK. At most
/// <see cref="StoreUsage.RequestsAtOnce"/> requests run at once, later ones wait, and each has a timeout, so that a slow store cannot
/// exhaust this process.
/// </summary>
public sealed partial class S3ObjectStore : IObjectStore, IDisposable
{
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly StoreState _state;
    private readonly ILogger<S3ObjectStore> _log;
    private readonly AmazonS3Client _client;
    private readonly ListingClient _listings;
    private readonly SemaphoreSlim _turns;

    internal S3ObjectStore(StorageOptions options, CredentialSource credentials, StoreState state, TimeProvider time, ILogger<S3ObjectStore> log)
    {
        ArgumentNullException.ThrowIfNull(options);

        _options = options;
        Info = new ObjectStoreInfo(options.Bucket, options.Region, options.Usage.UploadMethod, options.Usage.ListingTimeout);
        _state = state;
        _time = time;
        _log = log;
        _turns = new SemaphoreSlim(options.Usage.RequestsAtOnce);
        _client = new AmazonS3Client(new CurrentCredentials(credentials), Configure(options));
        _listings = new ListingClient(options, credentials, time);
    }

    /// <inheritdoc/>
    public ObjectStoreInfo Info { get; }

    /// <inheritdoc/>
    public async Task<FolderPage> ListFoldersAsync(string prefix, int? most, CancellationToken cancellationToken)
    {
        var folders = new List<string>();
        var longest = Encoding.UTF8.GetByteCount(prefix) + FolderLayout.MaxFolderNameBytes + 1;
        var (seen, lastFolder, lastFile) = (0, default(ObjectKey?), default(ObjectKey?));
        var listing = new S3Listing(prefix, Delimiter: "/");
        using var whole = new CancellationTokenSource(Info.ListingTimeout, _time);
        while (true)
        {
            var page = await AskAsync(listing, whole.Token, cancellationToken);
            lastFolder = RequireOrder(prefix, lastFolder, page.Folders);
            lastFile = RequireOrder(prefix, lastFile, page.Files.Select(file => file.Key));
            folders.AddRange(page.Folders.Where(folder => folder.Bytes.Length <= longest && folder.TryGetName(out _)).Select(folder => folder.Text));
            if (!page.IsTruncated)
            {
                return new FolderPage(folders, HasMore: false);
            }

            seen += page.Folders.Count + page.Files.Count;
            if (seen >= most)
            {
                return new FolderPage(folders, HasMore: true);
            }

            listing = Continue(listing, page);
        }
    }

    /// <inheritdoc/>
    public async Task<FilePage> ListFilesAsync(string prefix, ObjectKey? after, int limit, CancellationToken cancellationToken)
    {
        var files = new List<StoredFile>(limit);
        var last = after;
        var listing = new S3Listing(prefix, MaxKeys: limit, StartAfter: after is { } key ? S3Text.FromBytes(key.Bytes) : default);
        using var whole = new CancellationTokenSource(Info.ListingTimeout, _time);
        while (true)
        {
            var page = await AskAsync(listing, whole.Token, cancellationToken);
            last = RequireOrder(prefix, last, page.Files.Select(file => file.Key));
            var room = limit - files.Count;
            files.AddRange(page.Files.Take(room));
            if (page.Files.Count > room || (page.IsTruncated && files.Count == limit))
            {
                return new FilePage(files, HasMore: true);
            }

            if (!page.IsTruncated)
            {
                return new FilePage(files, HasMore: false);
            }

            // A store may cut a page short.
            listing = Continue(listing, page) with { MaxKeys = limit - files.Count };
        }
    }

    /// <inheritdoc/>
    public async Task<bool> ExistsAsync(ObjectName key, CancellationToken cancellationToken)
    {
        // The first byte rather than HEAD: only an answer with a body says whether the object is missing, or the bucket.
        var request = new GetObjectRequest { BucketName = Info.Bucket, Key = key.Key, ByteRange = new ByteRange(0, 0) };
        return await AskAsync(
            async token =>
            {
                try
                {
                    using var found = await _client.GetObjectAsync(request, token);
                    return true;
                }
                catch (AmazonS3Exception missing) when (missing is { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchKey" })
                {
                    return false;
                }
                catch (AmazonS3Exception unreadable) when (unreadable.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable || unreadable.ErrorCode == "InvalidObjectState")
                {
                    // An empty object has no first byte, and that of an archived one cannot be read.
                    return true;
                }
            },
            CancellationToken.None,
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<TimeSpan> PingAsync(CancellationToken cancellationToken)
    {
        // A listing of one key rather than HeadBucket: it asks for the permission that discovery needs.
        // In URL encoding: a control character in the one key would otherwise make the answer unreadable, or the store fail.
        var request = new ListObjectsV2Request { BucketName = Info.Bucket, MaxKeys = 1, Encoding = EncodingType.Url };
        var start = _time.GetTimestamp();
        await AskAsync(request, CancellationToken.None, cancellationToken);
        return _time.GetElapsedTime(start);
    }

    /// <summary>Closes the connections to the store.</summary>
    public void Dispose()
    {
        // Not the turns: what is still under way gives its own back, and there is nothing in them to free.
        _client.Dispose();
        _listings.Dispose();
    }

    private S3Listing Continue(S3Listing listing, ListingPage page)
    {
        // Without a new token the server would request the same page for ever.
        if (page.NextToken is not { } token || listing.ContinuationToken.Bytes is { } sent && sent.Span.SequenceEqual(token))
        {
            LogNoNextPage(Printable(listing.Prefix));
            throw RefusedException.StorageUnavailable();
        }

        return listing with { ContinuationToken = S3Text.FromBytes(token) };
    }

    /// <summary>
    /// Requires that a listing goes forward below its prefix, in S3's order of bytes. Otherwise a cursor could lead to the same page for
    /// ever. Returns the last name.
    /// </summary>
    private ObjectKey? RequireOrder(string prefix, ObjectKey? last, IEnumerable<ObjectKey> names)
    {
        var start = Encoding.UTF8.GetBytes(prefix);
        foreach (var name in names)
        {
            if ((last is { } before && !name.IsAfter(before)) || !name.StartsWith(start))
            {
                LogOutOfOrder(Printable(prefix), Printable(name.Text), Printable(last?.Text));
                throw RefusedException.StorageUnavailable();
            }

            last = name;
        }

        return last;
    }

    // Miners choose keys and validators choose prefixes: neither may inject lines into the log.
    private static string Printable(string? name) => S3UriEncoding.EncodePath(name ?? "");

    private Task<ListingPage> AskAsync(S3Listing listing, CancellationToken whole, CancellationToken caller) =>
        AskAsync(token => _listings.AskAsync(listing, token), whole, caller);

    private Task<ListObjectsV2Response> AskAsync(ListObjectsV2Request request, CancellationToken whole, CancellationToken caller) =>
        AskAsync(token => _client.ListObjectsV2Async(request, token), whole, caller);

    private async Task<TAnswer> AskAsync<TAnswer>(Func<CancellationToken, Task<TAnswer>> ask, CancellationToken whole, CancellationToken caller)
    {
        using var timeout = new CancellationTokenSource(_options.Usage.RequestTimeout, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, whole, caller);
        try
        {
            // The SDK heeds the token too, but first drains a stalled answer for two seconds, and keeps its turn for as long.
            await _turns.WaitAsync(any.Token);
            return await TakeTurnAsync(ask, any.Token).WaitAsync(any.Token);
        }
        catch (Exception exception) when (!caller.IsCancellationRequested && (any.IsCancellationRequested || IsTimeout(exception)))
        {
            LogTimeout(exception);
            _state.CheckSoon();
            throw RefusedException.StorageTimeout(exception);
        }
        catch (Exception exception) when (!caller.IsCancellationRequested)
        {
            // Whatever it was: the SDK lets parsers' exceptions of all kinds through when an answer is not what it expects.
            var answer = exception as AmazonServiceException;
            LogFailed(exception, answer?.StatusCode, answer?.ErrorCode);
            _state.CheckSoon();
            throw IsConfiguration(answer?.ErrorCode) || _state.Current.Refusal is not null
                ? RefusedException.StorageRefuses(exception)
                : RefusedException.StorageUnavailable(exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // The caller's cancellation may surface as an exception of the SDK's own.
            throw new OperationCanceledException("The caller gave up.", exception, caller);
        }
    }

    private async Task<TAnswer> TakeTurnAsync<TAnswer>(Func<CancellationToken, Task<TAnswer>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    // Region, keys, bucket or clock are wrong: every other request will fail as this one did.
    private static bool IsConfiguration(string? code) => code is "SignatureDoesNotMatch" or "InvalidAccessKeyId" or "NoSuchBucket" or "InvalidBucketName" or "PermanentRedirect"
        or "AuthorizationHeaderMalformed" or "AuthorizationQueryParametersError" or "RequestTimeTooSkewed";

    private static bool IsTimeout(Exception exception) =>
        exception is OperationCanceledException or TimeoutException
        || exception is AmazonServiceException { StatusCode: HttpStatusCode.GatewayTimeout or HttpStatusCode.RequestTimeout };

    private static AmazonS3Config Configure(StorageOptions options)
    {
        var config = new AmazonS3Config
        {
            Timeout = options.Usage.RequestTimeout,
            MaxErrorRetry = 1,

            // Checksums that other stores do not know, and an endpoint from the environment that signed URLs would not share.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            IgnoreConfiguredEndpointUrls = true,
        };
        config.SetWebProxy(StoreProxy.ForRequests());
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.AbsoluteUri.TrimEnd('/'); // The SDK adds a slash of its own.
            config.UseHttp = string.Equals(endpoint.Scheme, Uri.UriSchemeHttp, StringComparison.Ordinal);
            config.AuthenticationRegion = options.Region;
            config.ForcePathStyle = true;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
            config.ForcePathStyle = options.Bucket.Contains('.', StringComparison.Ordinal);
        }

        return config;
    }

    [LoggerMessage(LogLevel.Warning, "The object store did not answer in time.")]
    private partial void LogTimeout(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The object store failed: {Status} {Code}.")]
    private partial void LogFailed(Exception exception, HttpStatusCode? status, string? code);

    [LoggerMessage(LogLevel.Warning, "The object store's listing of {Prefix} is truncated but has no new continuation token.")]
    private partial void LogNoNextPage(string prefix);

    [LoggerMessage(LogLevel.Warning, "The object store's listing of {Prefix} does not go forward: {Name} comes after {Last}.")]
    private partial void LogOutOfOrder(string prefix, string name, string last);
}
