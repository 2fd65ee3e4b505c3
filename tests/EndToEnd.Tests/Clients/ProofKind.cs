namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The two kinds of proof.</summary>
public enum ProofKind
{
    /// <summary>A signed commitment in the body.</summary>
    Commitment,

    /// <summary>Tao v2 headers over the body.</summary>
    Headers,
}
