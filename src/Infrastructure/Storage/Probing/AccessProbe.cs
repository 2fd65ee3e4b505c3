namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends a presigned listing, as clients get it, of a folder that no one writes to, so that no key in the bucket can break the answer. It
/// shows whether the store can be reached at an endpoint, and whether it accepts this server's region, keys, bucket and clock.
/// </summary>
internal sealed class AccessProbe(StorageOptions options, FolderLayout layout, TimeProvider time)
{
    // The same tolerance as S3's.
    private const long Seconds = 900;

    private static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    // S3 takes a clock that is wrong by less, so that the clock is not why it denies access.
    private static readonly TimeSpan StoreTolerance = TimeSpan.FromSeconds(Seconds);

    private static readonly HashSet<string> RegionCodes = new(StringComparer.Ordinal)
    {
        "PermanentRedirect", "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError", "IllegalLocationConstraintException",
        "InvalidRegion", "InvalidLocationConstraint", "IncorrectEndpoint",
    };

    private static readonly HashSet<string> ClockCodes = new(StringComparer.Ordinal) { "RequestTimeTooSkewed", "RequestExpired" };

    /// <summary>Asks the store once. Failures are answers too.</summary>
    /// <param name="http">What sends the request.</param>
    /// <param name="endpoint">Where.</param>
    /// <param name="credentials">What signs.</param>
    /// <param name="cancellationToken">The check ends.</param>
    internal async Task<StoreAccess> AskAsync(ProbeClient http, S3Endpoint endpoint, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var listing = new S3Listing(layout.DiscoveryPrefixes[0].Prefix + PutProbe.Folder, MaxKeys: 1);
        var url = new SigV4Signer(endpoint, options.Bucket, options.Region).At(credentials, time.GetUtcNow()).PresignList(listing, Seconds);
        try
        {
            return Judge(await http.GetAsync(url, cancellationToken));
        }
        catch (HttpRequestException failure)
        {
            return NoAnswer(Describe(failure));
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return NoAnswer("it does not answer in time");
        }
    }

    private StoreAccess Judge(ProbeAnswer answer)
    {
        if (answer.IsListing)
        {
            return new StoreAccess(StoreAccess.Outcome.Works);
        }

        if (answer.Error is not { } error || answer.IsBusy || error.Code is "SlowDown" or "TemporaryRedirect" or "RequestTimeout")
        {
            return NoAnswer(answer.Status is null ? "it closes the connection" : $"it answers {answer}, which is not an S3 listing");
        }

        var (advice, refusesSignatures) = Advise(error, answer);
        return new StoreAccess(StoreAccess.Outcome.Refused, $"{error}. {advice}", refusesSignatures);
    }

    private (string Advice, bool RefusesSignatures) Advise(S3ErrorDocument error, ProbeAnswer answer)
    {
        var (advice, refusesSignatures) = AdviseByCode(error.Code);
        if ((error.Region ?? answer.Region) is { } region && !string.Equals(region, options.Region, StringComparison.Ordinal))
        {
            // Any error can name a region. Only some say that it is the reason.
            return RegionCodes.Contains(error.Code)
                ? ($"Set S3_REGION={region}.", true)
                : ($"{advice} The store names the region {region}: if the bucket is there, set S3_REGION={region}.", refusesSignatures);
        }

        var maxSkew = ClockCodes.Contains(error.Code) ? MaxClockSkew : error.Code == "AccessDenied" ? StoreTolerance : TimeSpan.MaxValue;
        if (time.GetUtcNow() - answer.Date is { } skew && skew.Duration() > maxSkew)
        {
            var direction = skew < TimeSpan.Zero ? "behind" : "ahead of";
            return (FormattableString.Invariant($"This server's clock is {skew.Duration().TotalSeconds:0} s {direction} the store's: run `timedatectl set-ntp true`."), true);
        }

        return (advice, refusesSignatures);
    }

    private static (string Advice, bool RefusesSignatures) AdviseByCode(string code) => code switch
    {
        "SignatureDoesNotMatch" => ("Correct AWS_SECRET_ACCESS_KEY. If it is correct, a proxy in front of the store changes the Host header or the path.", true),
        "InvalidAccessKeyId" => ("Correct AWS_ACCESS_KEY_ID.", true),
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" => ("Renew the temporary credentials: AWS_SESSION_TOKEN, or the role that they come from.", true),
        "NoSuchBucket" => ("Correct S3_BUCKET, or create the bucket.", true),
        "InvalidBucketName" => ("Correct S3_BUCKET.", true),
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" =>
            ("Give this server's keys the permission s3:ListBucket on the bucket, and s3:GetObject and s3:PutObject on everything below data/.", false),
        _ when RegionCodes.Contains(code) => ("Correct S3_REGION and S3_ENDPOINT.", true),
        _ when ClockCodes.Contains(code) => ("Correct this server's clock: run `timedatectl set-ntp true`.", true),
        _ => ("Check S3_ENDPOINT, S3_REGION, S3_BUCKET and the keys.", false),
    };

    private static StoreAccess NoAnswer(string reason) => new(StoreAccess.Outcome.NoAnswer, reason);

    private static string Describe(HttpRequestException failure) => failure switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "its host name cannot be resolved",
        { HttpRequestError: HttpRequestError.SecureConnectionError } => "its TLS certificate is not accepted",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "it refuses the connection",
        { HttpRequestError: HttpRequestError.ConnectionError } => "it cannot be reached",
        _ => "its answer cannot be read",
    };
}
