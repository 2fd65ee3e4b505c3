namespace S3Auth.Infrastructure.Storage;

/// <summary>Classifies the error codes of object stores. Specification: "Error responses", Amazon S3 API Reference.</summary>
internal static class StoreErrorCodes
{
    /// <summary>Whether the same request may soon succeed.</summary>
    internal static bool IsTransient(string? code) => code is "SlowDown" or "RequestTimeout" or "TemporaryRedirect" or "ServiceUnavailable"
        or "InternalError" or "OperationAborted" or "TooManyRequests" or "Throttling";

    /// <summary>Whether the region or the endpoint of the request is wrong.</summary>
    internal static bool IsWrongRegion(string? code) => code is "PermanentRedirect" or "AuthorizationHeaderMalformed"
        or "AuthorizationQueryParametersError" or "IllegalLocationConstraintException" or "InvalidRegion" or "InvalidLocationConstraint"
        or "IncorrectEndpoint";

    /// <summary>Whether the clock of the server or of the store is wrong.</summary>
    internal static bool IsWrongClock(string? code) => code is "RequestTimeTooSkewed" or "RequestExpired";

    /// <summary>Whether the store rejected the session token of temporary credentials.</summary>
    internal static bool IsInvalidToken(string? code) => code is "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired";

    /// <summary>Whether the store read the whole request and rejected only the digest of its body.</summary>
    internal static bool IsWrongDigest(string? code) => code is "BadDigest" or "InvalidDigest" or "XAmzContentChecksumMismatch";

    /// <summary>Whether region, keys, bucket or clock are wrong, so that all other requests fail too.</summary>
    internal static bool IsConfiguration(string? code) => IsWrongRegion(code) || IsWrongClock(code)
        || code is "SignatureDoesNotMatch" or "InvalidAccessKeyId" or "NoSuchBucket" or "InvalidBucketName";

    /// <summary>Whether the error is about keys, clock, bucket or load, and so says nothing about the headers of the request.</summary>
    internal static bool IsUnrelatedToRequest(string? code) => IsTransient(code) || IsWrongClock(code) || IsInvalidToken(code)
        || code is "InvalidAccessKeyId" or "NoSuchBucket" or "PermanentRedirect";

    /// <summary>
    /// Returns what is wrong, what the operator can do, and whether no signature of this server can work until then.
    /// </summary>
    internal static (StoreSubject Subject, string Advice, bool RefusesSignatures) Advise(string code) => code switch
    {
        "SignatureDoesNotMatch" => (
            StoreSubject.Credentials,
            "Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. If they are correct, a proxy in front of the store changes the Host "
                + "header or the path.",
            true),
        "InvalidAccessKeyId" => (StoreSubject.Credentials, "Correct AWS_ACCESS_KEY_ID.", true),
        "NoSuchBucket" => (StoreSubject.Bucket, "Correct S3_BUCKET, or create the bucket.", true),
        "SecondLevelDomainForbidden" or "PathStyleDomainForbidden" or "VirtualHostDomainRequired" => (
            StoreSubject.Bucket, "Set S3_ADDRESSING=auto: the store takes the bucket's name only in the host.", true),
        "InvalidBucketName" => (StoreSubject.Bucket, "Correct S3_BUCKET.", true),
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" => (
            StoreSubject.Credentials,
            "Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. If they are right, give these keys the permissions s3:ListBucket and "
                + "s3:ListBucketMultipartUploads on the bucket, and s3:GetObject, s3:PutObject, s3:AbortMultipartUpload and "
                + "s3:ListMultipartUploadParts on everything below the prefix of miners' folders.",
            false),
        _ when IsInvalidToken(code) => (
            StoreSubject.Credentials, "Renew the temporary credentials: AWS_SESSION_TOKEN, or the role that they come from.", true),
        _ when IsWrongRegion(code) => (StoreSubject.Region, "Correct S3_REGION and S3_ENDPOINT.", true),
        _ when IsWrongClock(code) => (StoreSubject.Clock, "Correct this server's clock: run `timedatectl set-ntp true`.", true),
        _ => (StoreSubject.Bucket, "Check S3_ENDPOINT, S3_REGION, S3_BUCKET and the keys.", false),
    };
}
