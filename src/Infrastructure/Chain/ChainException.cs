namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The chain could not be read. The message is public: it names a node only by its <see cref="NodeEndpoint.Origin"/>. Of the data that a
/// node sent it contains only the chain's name, numbers, and the names of fields and types, which <see cref="PublicText"/> makes safe.
/// <see cref="Exception.InnerException"/> may contain everything else.
/// </summary>
internal sealed class ChainException(ChainFailure failure, string message, Exception? cause = null) : Exception(message, cause)
{
    public ChainFailure Failure { get; } = failure;
}
