
namespace S3Auth.S3;

/// <summary>
/// An error of S3 with its code, HTTP status and default message, for a server that answers it.
/// Specification: "Error responses", Amazon S3 API Reference.
/// </summary>
internal sealed record S3Error(string Code, int Status, string Message)
{
    public static readonly S3Error AccessControlListNotSupported = new(
        "AccessControlListNotSupported", 400, "The bucket allows the access control list 'private' only.");
    public static readonly S3Error AccessDenied = new("AccessDenied", 403, "Access Denied");
    public static readonly S3Error AuthorizationHeaderMalformed = new(
        "AuthorizationHeaderMalformed", 400, "The authorization header that you provided is not valid.");
    public static readonly S3Error AuthorizationQueryParametersError = new(
        "AuthorizationQueryParametersError", 400, "The authorization parameters that you provided are not valid.");
    public static readonly S3Error BadDigest = new(
        "BadDigest", 400, "The Content-MD5 or checksum value that you specified did not match what the server received.");
    public static readonly S3Error BadRequest = new("BadRequest", 400, "The request could not be read.");
    public static readonly S3Error BucketAlreadyOwnedByYou = new(
        "BucketAlreadyOwnedByYou", 409, "The bucket that you tried to create already exists, and you own it.");
    public static readonly S3Error EntityTooLarge = new(
        "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed object size.");
    public static readonly S3Error EntityTooSmall = new(
        "EntityTooSmall", 400, "Your proposed upload is smaller than the minimum allowed object size.");
    public static readonly S3Error IncompleteBody = new(
        "IncompleteBody", 400, "You did not provide the number of bytes specified by the Content-Length HTTP header.");
    public static readonly S3Error InternalError = new(
        "InternalError", 500, "An internal error occurred. Try again.");
    public static readonly S3Error InvalidAccessKeyId = new(
        "InvalidAccessKeyId", 403, "The access key ID that you provided does not exist in our records.");
    public static readonly S3Error InvalidArgument = new("InvalidArgument", 400, "Invalid Argument");
    public static readonly S3Error InvalidDigest = new(
        "InvalidDigest", 400, "The Content-MD5 or checksum value that you specified is not valid.");
    public static readonly S3Error InvalidPart = new(
        "InvalidPart", 400, "One or more of the specified parts could not be found, or an ETag did not match.");
    public static readonly S3Error InvalidPartOrder = new(
        "InvalidPartOrder", 400, "The list of parts was not in ascending order.");
    public static readonly S3Error InvalidPolicyDocument = new(
        "InvalidPolicyDocument", 400, "The content of the form does not meet the conditions specified in the policy document.");
    public static readonly S3Error InvalidRange = new(
        "InvalidRange", 416, "The requested range is not satisfiable");
    public static readonly S3Error InvalidRequest = new("InvalidRequest", 400, "Invalid Request");
    public static readonly S3Error InvalidStorageClass = new(
        "InvalidStorageClass", 400, "The storage class you specified is not valid.");
    public static readonly S3Error InvalidToken = new(
        "InvalidToken", 400, "The provided token is malformed or otherwise not valid.");
    public static readonly S3Error InvalidUri = new("InvalidURI", 400, "The specified URI couldn't be parsed.");
    public static readonly S3Error KeyTooLong = new("KeyTooLongError", 400, "Your key is too long.");
    public static readonly S3Error MalformedPostRequest = new(
        "MalformedPOSTRequest", 400, "The body of your POST request is not well-formed multipart/form-data.");
    public static readonly S3Error MalformedTrailer = new(
        "MalformedTrailerError",
        400,
        "The request contained trailing data that was not well-formed or did not conform to our published schema.");
    public static readonly S3Error MalformedXml = new(
        "MalformedXML", 400, "The XML that you provided was not well formed or did not validate against our published schema.");
    public static readonly S3Error MaxMessageLengthExceeded = new(
        "MaxMessageLengthExceeded", 400, "Your request was too large.");
    public static readonly S3Error MaxPostPreDataLengthExceeded = new(
        "MaxPostPreDataLengthExceeded", 400, "Your POST request fields preceding the upload file were too large.");
    public static readonly S3Error MetadataTooLarge = new(
        "MetadataTooLarge", 400, "Your metadata headers exceed the maximum allowed metadata size.");
    public static readonly S3Error MissingContentLength = new(
        "MissingContentLength", 411, "You must provide the Content-Length HTTP header.");
    public static readonly S3Error NoSuchBucket = new("NoSuchBucket", 404, "The specified bucket does not exist");
    public static readonly S3Error NoSuchKey = new("NoSuchKey", 404, "The specified key does not exist.");
    public static readonly S3Error NoSuchUpload = new(
        "NoSuchUpload", 404, "The specified multipart upload does not exist. It might have been aborted or completed.");
    public static readonly S3Error NotImplemented = new(
        "NotImplemented", 501, "A header or parameter you provided implies functionality that is not implemented.");
    public static readonly S3Error PreconditionFailed = new(
        "PreconditionFailed", 412, "At least one of the preconditions that you specified did not hold.");
    public static readonly S3Error RequestTimeTooSkewed = new(
        "RequestTimeTooSkewed", 403, "The difference between the request time and the server's time is too large.");
    public static readonly S3Error RequestTimeout = new(
        "RequestTimeout", 400, "Your socket connection to the server was not read from or written to within the timeout period.");
    public static readonly S3Error SignatureDoesNotMatch = new(
        "SignatureDoesNotMatch",
        403,
        "The request signature that the server calculated does not match the signature that you provided. Check your secret "
            + "access key and signing method.");
    public static readonly S3Error ContentSha256Mismatch = new(
        "XAmzContentSHA256Mismatch", 400, "The provided x-amz-content-sha256 header does not match what was computed.");

    /// <summary>Returns an exception for this error, with the default message or a more precise one.</summary>
    public S3Exception With(string? message = null, params ReadOnlySpan<(string Name, string Value)> details) =>
        new(message is null ? this : this with { Message = message }, details.ToArray());
}
