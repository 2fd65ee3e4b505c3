namespace S3Auth.Application.Pipeline;

/// <summary>How a request is proved.</summary>
public enum ProofKind
{
    /// <summary>A commitment in the body.</summary>
    Commitment,

    /// <summary>Tao v2 headers.</summary>
    TaoHeaders,
}
