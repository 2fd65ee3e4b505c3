namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Sends a presigned listing, as clients get it, of a folder that no one writes to, so that no key in the bucket can break the answer. It
/// shows whether the store can be reached at an endpoint, and whether it accepts this server's region, keys, bucket and clock.
/// </summary>
internal sealed class AccessProbe(StorageOptions options, FolderLayout layout, TimeProvider time)
{
    // S3's tolerance for wrong clocks.
    private const long Seconds = 900;

    /// <summary>A larger difference between this server's clock and the store's is reported.</summary>
    internal static readonly TimeSpan MaxClockSkew = TimeSpan.FromMinutes(1);

    // S3 accepts a smaller difference, so a smaller difference is not the reason for AccessDenied.
    private static readonly TimeSpan StoreTolerance = TimeSpan.FromSeconds(Seconds);

    /// <summary>Sends one request and classifies the answer. Does not throw if the store cannot be reached.</summary>
    /// <param name="http">The client that sends the request.</param>
    /// <param name="signer">The signer for the endpoint to test.</param>
    /// <param name="credentials">The credentials to sign with.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    internal async Task<StoreAccess> AskAsync(
        ProbeClient http, SigV4Signer signer, SigningCredentials credentials, CancellationToken cancellationToken)
    {
        var listing = new S3Listing(layout.DiscoveryPrefixes[0].Prefix + PutProbe.Folder, MaxKeys: 1);
        var url = signer.At(credentials, time.GetUtcNow()).PresignList(listing, Seconds);
        var start = time.GetTimestamp();
        try
        {
            var answer = await http.GetAsync(url, cancellationToken);
            return Judge(answer) with { Latency = time.GetElapsedTime(start), ClockSkew = time.GetUtcNow() - answer.Date };
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

        if (answer.Error is not { } error || answer.IsBusy || StoreErrorCodes.IsTransient(error.Code))
        {
            return NoAnswer(answer.Status is null ? "it closes the connection" : $"it answers {answer}, which is not an S3 listing");
        }

        var (subject, advice, refusesSignatures) = Advise(error, answer);
        return new StoreAccess(StoreAccess.Outcome.Refused, $"{error}", advice, refusesSignatures, subject);
    }

    private (StoreSubject Subject, string Advice, bool RefusesSignatures) Advise(S3ErrorDocument error, ProbeAnswer answer)
    {
        var (subject, advice, refusesSignatures) = StoreErrorCodes.Advise(error.Code);
        if ((error.Region ?? answer.Region) is { } region && !string.Equals(region, options.Region, StringComparison.Ordinal))
        {
            // Any error may name the bucket's region, but only some are caused by a wrong region.
            return StoreErrorCodes.IsWrongRegion(error.Code)
                ? (StoreSubject.Region, $"Set S3_REGION={region}.", true)
                : (
                    subject,
                    $"{advice} The store names the region {region}: if the bucket is there, set S3_REGION={region}.",
                    refusesSignatures);
        }

        var maxSkew = StoreErrorCodes.IsWrongClock(error.Code) ? MaxClockSkew
            : error.Code == "AccessDenied" ? StoreTolerance
            : TimeSpan.MaxValue;
        return time.GetUtcNow() - answer.Date is { } skew && skew.Duration() > maxSkew
            ? (StoreSubject.Clock, $"{DescribeSkew(skew)}: run `timedatectl set-ntp true`.", true)
            : (subject, advice, refusesSignatures);
    }

    /// <summary>Describes a difference between this server's clock and the store's.</summary>
    internal static string DescribeSkew(TimeSpan skew) => FormattableString.Invariant(
        $"This server's clock is {skew.Duration().TotalSeconds:0} s {(skew < TimeSpan.Zero ? "behind" : "ahead of")} the store's");

    private static StoreAccess NoAnswer(string reason) => new(StoreAccess.Outcome.NoAnswer, reason);

    private static string Describe(HttpRequestException failure) => failure switch
    {
        { HttpRequestError: HttpRequestError.NameResolutionError } => "its host name cannot be resolved",
        { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "it does not answer with TLS (then write http://), or this machine does not trust its certificate",
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "it refuses the connection",
        { HttpRequestError: HttpRequestError.ConnectionError } => "it cannot be reached",
        _ => "its answer cannot be read",
    };
}
