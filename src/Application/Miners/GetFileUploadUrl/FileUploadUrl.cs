namespace S3Auth.Application.Miners;

/// <summary>The upload of one file.</summary>
public sealed record FileUploadUrl : IGranted
{
    /// <summary>The key of the file.</summary>
    public required string S3Key { get; init; }

    /// <summary>
    /// <c>POST</c>: send a multipart/form-data form with <c>fields</c> first and the file last. <c>PUT</c>: send the file as the body.
    /// </summary>
    public required string Method { get; init; }

    /// <summary>The URL of the upload.</summary>
    public required GrantUrl Url { get; init; }

    /// <summary>The fields of the form. Send them unchanged. Empty for <c>PUT</c>.</summary>
    public required FormFields Fields { get; init; }

    /// <summary>
    /// Whether the store enforces the requested <c>size</c>. Absent if the request has none. <c>false</c>: the URL contains the size, but a
    /// client can make this store accept another one.
    /// </summary>
    public bool? SizeEnforced { get; init; }

    /// <summary>The seconds until the grant expires.</summary>
    public required long ExpiresInSeconds { get; init; }

    /// <summary>The expiry of the grant.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry);
}
