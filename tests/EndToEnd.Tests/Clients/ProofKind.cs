namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The kinds of proof.</summary>
public enum ProofKind
{
    /// <summary>A signed commitment in the body.</summary>
    Commitment,

    /// <summary>Tao v2 headers over the body.</summary>
    Tao,

    /// <summary>Epistula v2 headers over the body.</summary>
    Epistula,
}
