using System.Net.Http.Headers;
using System.Xml;
using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>The answer to one request of a check.</summary>
/// <param name="Status">The HTTP status; null if the connection was closed without an answer.</param>
/// <param name="Error">The S3 error in the body; null if there is none.</param>
/// <param name="Body">The body, at most <see cref="ProbeClient.MaxAnswerBytes"/> bytes.</param>
/// <param name="Headers">The headers; null if there was no answer.</param>
internal sealed record ProbeAnswer(
    HttpStatusCode? Status, S3ErrorDocument? Error = null, string Body = "", HttpResponseHeaders? Headers = null)
{
    private static readonly XmlReaderSettings XmlSettings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>The connection was closed without an answer.</summary>
    internal static ProbeAnswer Closed { get; } = new(Status: null);

    /// <summary>Whether the store accepted the request: it stored the object, or rejected only the wrong digest.</summary>
    internal bool IsAccepted =>
        IsSuccess || StoreErrorCodes.IsWrongDigest(Error?.Code);

    /// <summary>Whether the store looked for an object that does not exist.</summary>
    internal bool IsMissingObject => Status == HttpStatusCode.NotFound && Error?.Code == "NoSuchKey";

    /// <summary>Whether the store does not support the request.</summary>
    internal bool IsNotImplemented => Status == HttpStatusCode.NotImplemented;

    /// <summary>Whether the store refuses the request with an S3 error.</summary>
    internal bool IsRefused => IsNotImplemented
        || (IsClientError && Error is { } error && !IsAccepted && !IsMissingObject && !StoreErrorCodes.IsUnrelatedToRequest(error.Code));

    /// <summary>Whether the store, or an HTTP server in front of it, refuses the request in any way.</summary>
    internal bool IsRejected =>
        Status is null or HttpStatusCode.HttpVersionNotSupported || IsRefused || (IsClientError && Error is null && !IsBusy);

    /// <summary>The time of the store in whole seconds; null if the answer has none.</summary>
    internal DateTimeOffset? Date => Headers?.Date;

    /// <summary>The region of the bucket, from a header; null if there is none.</summary>
    internal string? Region => S3ErrorDocument.CleanRegion(Header("x-amz-bucket-region"));

    /// <summary>Whether the status is a success.</summary>
    internal bool IsSuccess => Status is >= HttpStatusCode.OK and < HttpStatusCode.MultipleChoices;

    /// <summary>Whether it is an S3 listing.</summary>
    internal bool IsListing => Xml("ListBucketResult") is not null;

    /// <summary>Whether the store refuses for a missing permission.</summary>
    internal bool IsDenied => Error?.Code is "AccessDenied" or "AllAccessDisabled" || Status is HttpStatusCode.Unauthorized;

    /// <summary>Whether the answer is about keys, clock, bucket or load, and so says nothing about the request itself.</summary>
    internal bool IsUnrelatedToRequest => IsBusy || StoreErrorCodes.IsUnrelatedToRequest(Error?.Code);

    /// <summary>Whether the store, or a server in front of it, is overloaded or failing.</summary>
    internal bool IsBusy => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
        || (Status >= HttpStatusCode.InternalServerError && !IsNotImplemented);

    private bool IsClientError => Status is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError;

    /// <summary>Returns the first value of a header; null if there is none.</summary>
    internal string? Header(string name) => Headers?.TryGetValues(name, out var values) == true ? values.First() : null;

    /// <summary>Returns the document of a successful answer; null if its root has another name, or if it is not XML.</summary>
    internal XElement? Xml(string root)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(Body), XmlSettings);
            return IsSuccess && XDocument.Load(reader).Root is { } element && element.Name.LocalName == root ? element : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>Returns status and error for a message.</summary>
    public override string ToString() => (Status, Error) switch
    {
        (null, _) => "nothing: it closed the connection",
        ({ } status, null) => FormattableString.Invariant($"{(int)status} without an S3 error"),
        ({ } status, { } error) => FormattableString.Invariant($"{(int)status} {error}"),
    };
}
