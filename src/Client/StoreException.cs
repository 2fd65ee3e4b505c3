namespace S3Auth.Client;

/// <summary>The object store refused an upload or a download, or failed at it.</summary>
public sealed class StoreException : Exception
{
    public StoreException(HttpStatusCode status, string code, string? text)
        : base(text is { Length: > 0 } ? $"The store answered {(int)status} {code}: {text}" : $"The store answered {(int)status} {code}.")
    {
        Status = status;
        Code = code;
    }

    /// <summary>The status of its answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>S3's code for the reason, such as <c>AccessDenied</c> or <c>SlowDown</c>; the status' name where it gave none.</summary>
    public string Code { get; }
}
