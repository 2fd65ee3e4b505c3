using Microsoft.AspNetCore.Http;

namespace S3Auth.Infrastructure.Storage.Embedded;

/// <summary>
/// One of S3's errors: its code, HTTP status and default message.
/// Specification: "Error responses", Amazon S3 API Reference.
/// </summary>
internal sealed record S3Error(string Code, int Status, string Message)
{
    public static readonly S3Error AccessControlListNotSupported = new(
        "AccessControlListNotSupported", StatusCodes.Status400BadRequest, "The bucket allows the access control list 'private' only.");
    public static readonly S3Error AccessDenied = new("AccessDenied", StatusCodes.Status403Forbidden, "Access Denied");
    public static readonly S3Error AuthorizationHeaderMalformed = new(
        "AuthorizationHeaderMalformed", StatusCodes.Status400BadRequest, "The authorization header that you provided is not valid.");
    public static readonly S3Error AuthorizationQueryParametersError = new(
        "AuthorizationQueryParametersError", StatusCodes.Status400BadRequest, "The authorization parameters that you provided are not valid.");
    public static readonly S3Error BadDigest = new(
        "BadDigest", StatusCodes.Status400BadRequest, "The Content-MD5 or checksum value that you specified did not match what the server received.");
    public static readonly S3Error BadRequest = new("BadRequest", StatusCodes.Status400BadRequest, "The request could not be read.");
    public static readonly S3Error BucketAlreadyOwnedByYou = new(
        "BucketAlreadyOwnedByYou", StatusCodes.Status409Conflict, "The bucket that you tried to create already exists, and you own it.");
    public static readonly S3Error EntityTooLarge = new(
        "EntityTooLarge", StatusCodes.Status400BadRequest, "Your proposed upload exceeds the maximum allowed object size.");
    public static readonly S3Error EntityTooSmall = new(
        "EntityTooSmall", StatusCodes.Status400BadRequest, "Your proposed upload is smaller than the minimum allowed object size.");
    public static readonly S3Error IncompleteBody = new(
        "IncompleteBody", StatusCodes.Status400BadRequest, "You did not provide the number of bytes specified by the Content-Length HTTP header.");
    public static readonly S3Error InternalError = new(
        "InternalError", StatusCodes.Status500InternalServerError, "An internal error occurred. Try again.");
    public static readonly S3Error InvalidAccessKeyId = new(
        "InvalidAccessKeyId", StatusCodes.Status403Forbidden, "The access key ID that you provided does not exist in our records.");
    public static readonly S3Error InvalidArgument = new("InvalidArgument", StatusCodes.Status400BadRequest, "Invalid Argument");
    public static readonly S3Error InvalidDigest = new(
        "InvalidDigest", StatusCodes.Status400BadRequest, "The Content-MD5 or checksum value that you specified is not valid.");
    public static readonly S3Error InvalidPart = new(
        "InvalidPart", StatusCodes.Status400BadRequest, "One or more of the specified parts could not be found, or an ETag did not match.");
    public static readonly S3Error InvalidPartOrder = new(
        "InvalidPartOrder", StatusCodes.Status400BadRequest, "The list of parts was not in ascending order.");
    public static readonly S3Error InvalidPolicyDocument = new(
        "InvalidPolicyDocument", StatusCodes.Status400BadRequest, "The content of the form does not meet the conditions specified in the policy document.");
    public static readonly S3Error InvalidRange = new(
        "InvalidRange", StatusCodes.Status416RangeNotSatisfiable, "The requested range is not satisfiable");
    public static readonly S3Error InvalidRequest = new("InvalidRequest", StatusCodes.Status400BadRequest, "Invalid Request");
    public static readonly S3Error InvalidStorageClass = new(
        "InvalidStorageClass", StatusCodes.Status400BadRequest, "The storage class you specified is not valid.");
    public static readonly S3Error InvalidToken = new(
        "InvalidToken", StatusCodes.Status400BadRequest, "The provided token is malformed or otherwise not valid.");
    public static readonly S3Error InvalidUri = new("InvalidURI", StatusCodes.Status400BadRequest, "The specified URI couldn't be parsed.");
    public static readonly S3Error KeyTooLong = new("KeyTooLongError", StatusCodes.Status400BadRequest, "Your key is too long.");
    public static readonly S3Error MalformedPostRequest = new(
        "MalformedPOSTRequest", StatusCodes.Status400BadRequest, "The body of your POST request is not well-formed multipart/form-data.");
    public static readonly S3Error MalformedTrailer = new(
        "MalformedTrailerError", StatusCodes.Status400BadRequest, "The request contained trailing data that was not well-formed or did not conform to our published schema.");
    public static readonly S3Error MalformedXml = new(
        "MalformedXML", StatusCodes.Status400BadRequest, "The XML that you provided was not well formed or did not validate against our published schema.");
    public static readonly S3Error MaxPostPreDataLengthExceeded = new(
        "MaxPostPreDataLengthExceeded", StatusCodes.Status400BadRequest, "Your POST request fields preceding the upload file were too large.");
    public static readonly S3Error MetadataTooLarge = new(
        "MetadataTooLarge", StatusCodes.Status400BadRequest, "Your metadata headers exceed the maximum allowed metadata size.");
    public static readonly S3Error MissingContentLength = new(
        "MissingContentLength", StatusCodes.Status411LengthRequired, "You must provide the Content-Length HTTP header.");
    public static readonly S3Error NoSuchBucket = new("NoSuchBucket", StatusCodes.Status404NotFound, "The specified bucket does not exist");
    public static readonly S3Error NoSuchKey = new("NoSuchKey", StatusCodes.Status404NotFound, "The specified key does not exist.");
    public static readonly S3Error NoSuchUpload = new(
        "NoSuchUpload", StatusCodes.Status404NotFound, "The specified multipart upload does not exist. It might have been aborted or completed.");
    public static readonly S3Error NotImplemented = new(
        "NotImplemented", StatusCodes.Status501NotImplemented, "A header or parameter you provided implies functionality that is not implemented.");
    public static readonly S3Error PreconditionFailed = new(
        "PreconditionFailed", StatusCodes.Status412PreconditionFailed, "At least one of the preconditions that you specified did not hold.");
    public static readonly S3Error RequestTimeTooSkewed = new(
        "RequestTimeTooSkewed", StatusCodes.Status403Forbidden, "The difference between the request time and the server's time is too large.");
    public static readonly S3Error RequestTimeout = new(
        "RequestTimeout", StatusCodes.Status400BadRequest, "Your socket connection to the server was not read from or written to within the timeout period.");
    public static readonly S3Error SignatureDoesNotMatch = new(
        "SignatureDoesNotMatch",
        StatusCodes.Status403Forbidden,
        "The request signature that the server calculated does not match the signature that you provided. Check your secret access key and signing method.");
    public static readonly S3Error ContentSha256Mismatch = new(
        "XAmzContentSHA256Mismatch", StatusCodes.Status400BadRequest, "The provided x-amz-content-sha256 header does not match what was computed.");

    /// <summary>This error as an exception, with S3's default message or a more precise one.</summary>
    public S3Exception With(string? message = null, params ReadOnlySpan<(string Name, string Value)> details) =>
        new(message is null ? this : this with { Message = message }, details.ToArray());
}
