namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The names of the headers of a proof.</summary>
internal sealed record ProofHeaderNames(string Version, string Timestamp, string Nonce, string SignedBy, string Signature)
{
    /// <summary>The header of Epistula with the address of the receiver.</summary>
    public const string SignedFor = "Epistula-Signed-For";

    private static readonly ProofHeaderNames Tao =
        new("X-Tao-Version", "X-Tao-Timestamp", "X-Tao-Nonce", "X-Tao-Signed-By", "X-Tao-Signature");

    private static readonly ProofHeaderNames Epistula =
        new("Epistula-Version", "Epistula-Timestamp", "Epistula-Uuid", "Epistula-Signed-By", "Epistula-Request-Signature");

    /// <summary>The headers that every proof of this kind has.</summary>
    public IReadOnlyList<string> All => [Version, Timestamp, Nonce, SignedBy, Signature];

    /// <summary>The names of a kind of proof in headers.</summary>
    public static ProofHeaderNames Of(ProofKind kind) => kind switch
    {
        ProofKind.Tao => Tao,
        ProofKind.Epistula => Epistula,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "This kind has no headers."),
    };
}
