namespace S3Auth.Application.Miners;

/// <summary>The upload of one file.</summary>
public sealed record FileUploadUrl : IGranted
{
    /// <summary>The file's key.</summary>
    public required string S3Key { get; init; }

    /// <summary><c>POST</c>: a multipart/form-data form with <c>fields</c> first and the file last; <c>PUT</c>: the file is the body.</summary>
    public required string Method { get; init; }

    /// <summary>Where it goes.</summary>
    public required string Url { get; init; }

    /// <summary>The form's fields, to be sent as they are; empty for <c>PUT</c>.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>
    /// Whether the store takes the file in the stated <c>size</c> only; left out where none was stated. <c>false</c>: the URL states the size, but this
    /// store can be made to take another.
    /// </summary>
    public bool? SizeEnforced { get; init; }

    /// <summary>How long it lasts.</summary>
    public required long ExpiresInSeconds { get; init; }

    /// <summary>When it ends.</summary>
    internal DateTimeOffset Expiry { get; init; }

    GrantedAccess IGranted.Granted => new([S3Key], Files: 1, Expiry);
}
