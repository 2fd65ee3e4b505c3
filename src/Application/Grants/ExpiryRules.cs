using System.Globalization;
using S3Auth.Application.Refusals;

namespace S3Auth.Application.Grants;

/// <summary>What is said of an expiry that cannot be granted.</summary>
internal static class ExpiryRules
{
    internal static string InPastDetail(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"The requested expiry is not after this server's time {now.ToUnixTimeSeconds()}; send a later one in Unix seconds, or leave it out for the longest grant.");

    internal static RefusedException InPast(DateTimeOffset now) => new(RefusalCode.ExpiryInPast, InPastDetail(now));
}
