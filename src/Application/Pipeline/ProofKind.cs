namespace S3Auth.Application.Pipeline;

/// <summary>How a caller proves that a request is its own.</summary>
public enum ProofKind
{
    /// <summary>A signed commitment in the body.</summary>
    Commitment,

    /// <summary>Tao v2 headers, signed over the body.</summary>
    TaoHeaders,
}
