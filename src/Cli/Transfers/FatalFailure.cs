using S3Auth.Client;

namespace S3Auth.Cli.Transfers;

/// <summary>Which failure of one file is one of all: going on would only repeat it.</summary>
internal static class FatalFailure
{
    // ENOSPC, EROFS, EDQUOT; ERROR_DISK_FULL.
    private static readonly int[] DiskErrors = OperatingSystem.IsWindows() ? [unchecked((int)0x80070070)] : OperatingSystem.IsMacOS() ? [28, 30, 69] : [28, 30, 122];

    internal static bool Is(Exception exception) => exception switch
    {
        RefusedException refused => refused.Code is not ("file_exists" or "invalid_request"),
        HttpRequestException or StalledException => true,
        IOException io => DiskErrors.Contains(io.HResult),
        _ => false,
    };

    /// <summary>Whether it may be otherwise in a while, for one who stays.</summary>
    internal static bool IsPassing(Exception exception) => exception switch
    {
        RefusedException refused => (int)refused.Status is 429 or >= 500,
        HttpRequestException or StalledException => true,
        _ => false,
    };
}
