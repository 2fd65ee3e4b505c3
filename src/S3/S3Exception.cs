namespace S3Auth.S3;

/// <summary>Ends a request with an S3 error. The details become further elements of its XML.</summary>
internal sealed class S3Exception(S3Error error, IReadOnlyList<(string Name, string Value)> details) : Exception(error.Message)
{
    public S3Error Error { get; } = error;

    public IReadOnlyList<(string Name, string Value)> Details { get; } = details;
}
