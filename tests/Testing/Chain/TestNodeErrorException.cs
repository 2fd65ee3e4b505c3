namespace S3Auth.Testing.Chain;

/// <summary>A test node answers with this JSON-RPC error.</summary>
internal sealed class TestNodeErrorException(int code, string message) : Exception(message)
{
    public int Code { get; } = code;
}
