namespace S3Auth.Application.Miners;

/// <summary>Request of a miner about a multipart upload of its own.</summary>
public abstract record MultipartRequest : MinerRequest
{
    /// <summary>The key of the file, as /create-multipart-upload returned it.</summary>
    public string? S3Key { get; init; }

    /// <summary>The id of the upload, as /create-multipart-upload returned it.</summary>
    public string? UploadId { get; init; }

    // The grant was counted when the upload was created. A file bounds the requests that each client can cause at the store.
    internal sealed override QuotaCost Cost => new(Grants: 0, Files: 1);
}

/// <summary>The rules of every request about a multipart upload: it names the key and the id.</summary>
internal abstract class MultipartRequestValidator<T> : MinerRequestValidator<T>
    where T : MultipartRequest
{
    protected MultipartRequestValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(request => request.S3Key)
            .NotEmpty().WithMessage("Send 's3_key': the key of the file, as /create-multipart-upload returned it.");

        RuleFor(request => request.UploadId)
            .Must(id => id is { Length: > 0 and <= UploadIds.MaxLength })
            .WithMessage("Send 'upload_id': the id of the upload, as /create-multipart-upload returned it.");
    }
}
