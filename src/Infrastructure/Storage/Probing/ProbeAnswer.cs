using System.Xml;

namespace S3Auth.Infrastructure.Storage;

/// <summary>The answer to one request of a check.</summary>
/// <param name="Status">The HTTP status; null where the connection was closed without an answer.</param>
/// <param name="Error">The S3 error in it; null where there is none.</param>
/// <param name="Body">The body, at most <see cref="ProbeClient.MaxAnswerBytes"/> bytes.</param>
/// <param name="Date">The store's clock, to the second; null where it does not say.</param>
/// <param name="Region">The region of the bucket as a header names it; null where none does.</param>
internal sealed record ProbeAnswer(HttpStatusCode? Status, S3ErrorDocument? Error = null, string Body = "", DateTimeOffset? Date = null, string? Region = null)
{
    // These errors are about keys, clocks and load, not about the request's headers.
    private static readonly HashSet<string> CodesOfOtherCauses = new(StringComparer.Ordinal)
    {
        "InvalidAccessKeyId", "ExpiredToken", "InvalidToken", "TokenRefreshRequired", "RequestTimeTooSkewed", "RequestExpired", "RequestTimeout", "SlowDown",
        "ServiceUnavailable", "InternalError", "OperationAborted", "TooManyRequests", "Throttling", "NoSuchBucket", "PermanentRedirect", "TemporaryRedirect",
    };

    // The whole request was read and understood, and its body was compared with its digest.
    private static readonly HashSet<string> DigestCodes = new(StringComparer.Ordinal) { "BadDigest", "InvalidDigest" };

    /// <summary>The connection was closed without an answer.</summary>
    internal static ProbeAnswer Closed { get; } = new(Status: null);

    /// <summary>Whether the store accepted the request: it stored the object, or rejected only the wrong digest.</summary>
    internal bool IsTaken => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices || (Error is { } error && DigestCodes.Contains(error.Code));

    /// <summary>Whether the store looked for an object, and there is none.</summary>
    internal bool IsMissingObject => Status == HttpStatusCode.NotFound && Error?.Code == "NoSuchKey";

    /// <summary>Whether the store does not know what was asked for.</summary>
    internal bool IsNotImplemented => Status == HttpStatusCode.NotImplemented;

    /// <summary>Whether the store itself refuses the request, in S3's words.</summary>
    internal bool IsRefused => IsNotImplemented || (IsClientError && Error is { } error && !IsTaken && !IsMissingObject && !CodesOfOtherCauses.Contains(error.Code));

    /// <summary>Whether the store, or the HTTP server before it, refuses the request, in whatever words.</summary>
    internal bool IsRejected => Status is null or HttpStatusCode.HttpVersionNotSupported || IsRefused || (IsClientError && Error is null && !IsBusy);

    /// <summary>Whether it is an S3 listing.</summary>
    internal bool IsListing
    {
        get
        {
            try
            {
                using var xml = XmlReader.Create(new StringReader(Body), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
                return Status == HttpStatusCode.OK && xml.MoveToContent() == XmlNodeType.Element && xml.LocalName == "ListBucketResult";
            }
            catch (XmlException)
            {
                return false;
            }
        }
    }

    /// <summary>Whether it is about keys, clock, bucket or load, and so says nothing lasting about the request itself.</summary>
    internal bool IsOfOtherCause => IsBusy || (Error is { } error && CodesOfOtherCauses.Contains(error.Code));

    internal bool IsBusy => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (Status >= HttpStatusCode.InternalServerError && !IsNotImplemented);

    private bool IsClientError => Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError;

    /// <summary>Status and error, for people.</summary>
    public override string ToString() => (Status, Error) switch
    {
        (null, _) => "nothing: it closed the connection",
        ({ } status, null) => FormattableString.Invariant($"{(int)status} without an S3 error"),
        ({ } status, { } error) => FormattableString.Invariant($"{(int)status} {error}"),
    };
}
