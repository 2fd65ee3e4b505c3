namespace S3Auth.Cli.Transfers;

/// <summary>
/// Errors that abort the whole run instead of one file or one owner's list, because every further request would fail in the same way.
/// </summary>
internal static class FatalFailure
{
    // ENOSPC, EROFS, EDQUOT; ERROR_DISK_FULL.
    private static readonly int[] DiskErrors = OperatingSystem.IsWindows() ? [unchecked((int)0x80070070)] : OperatingSystem.IsMacOS() ? [28, 30, 69] : [28, 30, 122];

    /// <summary>Whether a file that could not be uploaded aborts the run.</summary>
    internal static bool Is(Exception exception) => exception switch
    {
        RefusedException refused => refused.Code is not ("file_exists" or "invalid_request"),
        HttpRequestException or StalledException => true,
        IOException io => IsDiskError(io),
        _ => false,
    };

    /// <summary>
    /// Whether a failed list aborts the run. A miner can make its own list slow, large or broken, but cannot affect the caller's
    /// registration, quota or connection.
    /// </summary>
    internal static bool OfListing(Exception exception) => exception switch
    {
        RefusedException { Code: "chain_unavailable" } => true,
        RefusedException refused => refused.Code is not ("miner_not_found" or "invalid_request") && (int)refused.Status < 500,
        HttpRequestException request => IsConnectionError(request),
        _ => false,
    };

    /// <summary>Whether a file that could not be downloaded aborts the run.</summary>
    internal static bool OfDownload(Exception exception) => exception switch
    {
        HttpRequestException request => IsConnectionError(request),
        IOException io => IsDiskError(io),
        _ => false,
    };

    /// <summary>Whether it may be otherwise in a while, for one who stays.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        RefusedException refused => (int)refused.Status is 429 or >= 500,
        HttpRequestException or StalledException => true,
        _ => false,
    };

    private static bool IsDiskError(IOException exception) => DiskErrors.Contains(exception.HResult);

    private static bool IsConnectionError(HttpRequestException exception) => exception.HttpRequestError is
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError;
}
