namespace S3Auth.Infrastructure.Storage;

/// <summary>The store answered a request of this server with an error.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="error">The S3 error; null if the answer has none.</param>
internal sealed class StoreErrorException(HttpStatusCode status, S3ErrorDocument? error)
    : Exception(FormattableString.Invariant($"The object store answers {(int)status} {error}."))
{
    internal HttpStatusCode Status => status;

    /// <summary>The code of the S3 error; null if there is none.</summary>
    internal string? Code => error?.Code;
}
