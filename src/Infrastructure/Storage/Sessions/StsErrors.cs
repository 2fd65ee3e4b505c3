using Amazon.Runtime;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Classifies the errors of AssumeRole. Specification: "AssumeRole" and "Common Errors", AWS Security Token Service API Reference.
/// </summary>
internal static class StsErrors
{
    /// <summary>Describes an error for the operator.</summary>
    internal static SessionSourceException Describe(AmazonServiceException failure)
    {
        var code = S3ErrorDocument.IsCode(failure.ErrorCode) ? failure.ErrorCode : null;

        // Ceph's messages are empty, and the SDK then quotes the whole document.
        var sentence = code is null || failure.Message.Contains("HTTP Body", StringComparison.Ordinal)
            ? null
            : S3ErrorDocument.CleanSentence(failure.Message);
        var answer = code is null
            ? FormattableString.Invariant($"the STS answers {(int)failure.StatusCode} without an error of an STS.")
            : $"the STS refuses: {code}{(sentence is null ? "" : $" ({sentence})")}.";
        var kind = IsTransient(failure, code) ? SessionSourceException.Kind.Unavailable
            : code is "PackedPolicyTooLarge" or "PackedPolicyTooLargeException" ? SessionSourceException.Kind.PolicyTooLong
            : SessionSourceException.Kind.Refused;
        return new SessionSourceException(kind, answer, kind == SessionSourceException.Kind.Unavailable ? null : Advise(code), failure);
    }

    private static bool IsTransient(AmazonServiceException failure, string? code) =>
        (failure.StatusCode >= HttpStatusCode.InternalServerError && failure.StatusCode != HttpStatusCode.NotImplemented)
        || failure.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or default(HttpStatusCode)
        || StoreErrorCodes.IsTransient(code)
        || StoreErrorCodes.IsInvalidToken(code)
        || code is "ThrottlingException" or "RequestLimitExceeded" or "ExpiredTokenException" or "IDPCommunicationError";

    private static string Advise(string? code) => code switch
    {
        "AccessDenied" or "AccessDeniedException" =>
            "Correct STS_ROLE_ARN, let the role's trust policy admit this server's keys, and give these keys the permission "
                + "sts:AssumeRole on the role.",
        "NoSuchEntity" => "Correct STS_ROLE_ARN, or create the role.",
        "ValidationError" or "InvalidArgument" or "InvalidParameterValue" or "InvalidRequest" =>
            "Raise the role's maximum session duration, or lower SESSION_MAX_SECONDS. Check STS_ROLE_ARN.",
        "MalformedPolicyDocument" or "PackedPolicyTooLarge" or "PackedPolicyTooLargeException" =>
            "The store does not accept the policies of sessions: remove SESSION_CREDENTIALS, or choose shorter prefixes in the layout.",
        "RegionDisabledException" => "Activate the STS in the region S3_REGION, or set STS_ENDPOINT.",
        "InvalidClientTokenId" or "SignatureDoesNotMatch" or "InvalidAccessKeyId" =>
            "The keys must belong to the account of the STS: correct AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or STS_ENDPOINT.",
        "UserSuspended" => "Enable this server's user at the store.",
        _ => "Set STS_ENDPOINT to the address of an STS, or remove SESSION_CREDENTIALS: the store has no STS at its endpoint.",
    };
}
