using System.Net.Sockets;
using System.Security.Authentication;

namespace S3Auth.Client.Requests;

/// <summary>Kinds of failure of a request or transfer, by how to continue.</summary>
internal enum FailureKind
{
    /// <summary>The same request would fail again.</summary>
    Permanent,

    /// <summary>The same request can succeed later. It is retried.</summary>
    Transient,

    /// <summary>The store refused a grant. The credentials that signed it may have expired, so one new grant is tried.</summary>
    GrantRefused,

    /// <summary>The store has another version of the file than the listed one.</summary>
    FileReplaced,
}

/// <summary>Classifies failures of the server and of the store. Nothing else in this library decides what is retried.</summary>
internal static class Failures
{
    internal static FailureKind KindOf(Exception exception) => exception switch
    {
        StoreException store => KindOf(store),
        // The other side has no TLS, or a certificate that this machine does not trust.
        HttpRequestException { InnerException: AuthenticationException } => FailureKind.Permanent,
        HttpRequestException => FailureKind.Transient,
        StalledException or HttpIOException or IOException { InnerException: SocketException } => FailureKind.Transient,
        _ => FailureKind.Permanent,
    };

    /// <summary>Whether the store received other bytes than their hash announces.</summary>
    internal static bool IsOtherContent(StoreException exception) =>
        exception.Code is "BadDigest" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch";

    internal static FailureKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway
            or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => FailureKind.Transient,
        _ => FailureKind.Permanent,
    };

    // S3 answers 409 ConditionalRequestConflict to uploads of one key at the same time, 400 RequestTimeout to a body that stalls, and 400
    // to credentials that have expired.
    private static FailureKind KindOf(StoreException exception) => exception switch
    {
        { Code: "RequestTimeout" or "ConditionalRequestConflict" } => FailureKind.Transient,
        { Code: "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId" } => FailureKind.GrantRefused,
        { Status: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => FailureKind.GrantRefused,
        { Status: HttpStatusCode.PreconditionFailed or HttpStatusCode.RequestedRangeNotSatisfiable } => FailureKind.FileReplaced,
        _ => KindOf(exception.Status),
    };
}
