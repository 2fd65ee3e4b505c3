namespace S3Auth.Application.Miners;

/// <summary>The uploads of many files. Each requested path is in exactly one of <c>files</c>, <c>existing</c> and <c>refused</c>.</summary>
public sealed record FileUploadUrls : ILargeResponse
{
    /// <summary>The bucket's name.</summary>
    public required string Bucket { get; init; }

    /// <summary>The effective expiry of the uploads.</summary>
    public required DateTimeOffset Expiry { get; init; }

    /// <summary>
    /// Whether the store refuses to overwrite a file with these uploads. <c>false</c> if the request has <c>overwrite</c>, or this store
    /// cannot do that: then an upload overwrites a file that was stored after this answer.
    /// </summary>
    public required bool WriteOnce { get; init; }

    /// <summary>Whether the store accepts only files of the requested sizes.</summary>
    public required bool SizeEnforced { get; init; }

    /// <summary>Whether the store accepts only files with the requested <c>sha256</c>.</summary>
    public required bool Sha256Enforced { get; init; }

    /// <summary>The upload of each file, by its path.</summary>
    public required IReadOnlyDictionary<string, FileUploadTarget> Files { get; init; }

    /// <summary>The paths of files that exist already. Empty if the request has <c>overwrite</c>.</summary>
    public required IReadOnlyList<string> Existing { get; init; }

    /// <summary>The paths that cannot be uploaded, each with the reason.</summary>
    public required IReadOnlyDictionary<string, RefusedFile> Refused { get; init; }

    /// <summary>The folder of all files.</summary>
    internal string Folder { get; init; } = "";

    GrantedAccess IGranted.Granted => new([Folder], Files.Count, Expiry);
}

/// <summary>Where and how to upload one file.</summary>
public sealed record FileUploadTarget
{
    /// <summary>The key of the file.</summary>
    public required string S3Key { get; init; }

    /// <summary>
    /// <c>PUT</c>: send the file as the body, with <c>headers</c>. <c>POST</c>: send a multipart/form-data form with <c>fields</c> first
    /// and the file last.
    /// </summary>
    public required string Method { get; init; }

    /// <summary>The URL of the upload.</summary>
    public required GrantUrl Url { get; init; }

    /// <summary>The fields of the form. Send them unchanged. Absent for <c>PUT</c>.</summary>
    public FormFields? Fields { get; init; }

    /// <summary>
    /// The headers of the PUT. Send them unchanged, and <c>Content-Length</c> with the requested size. Absent for <c>POST</c>.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>The seconds until the grant expires.</summary>
    public required long ExpiresInSeconds { get; init; }
}

/// <summary>Why a file cannot be uploaded.</summary>
/// <param name="Code">The code of the refusal, such as <c>invalid_request</c>.</param>
/// <param name="Detail">What is wrong and what to do.</param>
public sealed record RefusedFile(string Code, string Detail);
