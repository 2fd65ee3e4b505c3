namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The chain could not be read. The message is for everyone: it names a node by <see cref="NodeEndpoint.Origin"/> at most, and
/// repeats nothing that a node said but a chain's name and numbers. What it said is in <see cref="Exception.InnerException"/>.
/// </summary>
internal sealed class ChainException(ChainFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public ChainFailure Failure { get; } = failure;
}
