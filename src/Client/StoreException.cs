namespace S3Auth.Client;

/// <summary>The object store refused an upload or a download, or failed.</summary>
public sealed class StoreException : Exception
{
    public StoreException(HttpStatusCode status, string code, string? text)
        : base(text is { Length: > 0 } ? $"The store answered {(int)status} {code}: {text}" : $"The store answered {(int)status} {code}.")
    {
        Status = status;
        Code = code;
    }

    /// <summary>The HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>
    /// S3's error code, such as <c>AccessDenied</c> or <c>SlowDown</c>; the name of the status if the answer has no code.
    /// </summary>
    public string Code { get; }
}
