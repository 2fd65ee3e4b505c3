namespace S3Auth.Application.Pipeline;

/// <summary>
/// A kind of proof in headers: the names of its headers and what its signature covers. Both kinds have version, timestamp, nonce, signer
/// and signature; only Epistula can also name the receiver in a header.
/// </summary>
public sealed class ProofHeaders
{
    /// <summary>The only supported version, of both kinds.</summary>
    public const string SupportedVersion = "2";

    private ProofHeaders(ProofKind kind) => Kind = kind;

    /// <summary>Tao v2.</summary>
    public static ProofHeaders Tao { get; } = new(ProofKind.TaoHeaders)
    {
        Title = "Tao v2",
        Version = "X-Tao-Version",
        Timestamp = "X-Tao-Timestamp",
        Nonce = "X-Tao-Nonce",
        SignedBy = "X-Tao-Signed-By",
        Signature = "X-Tao-Signature",
    };

    /// <summary>
    /// Epistula v2. Its clients may also send <c>Epistula-Secret-Signature-0</c> and so on, which this server ignores.
    /// </summary>
    public static ProofHeaders Epistula { get; } = new(ProofKind.EpistulaHeaders)
    {
        Title = "Epistula v2",
        Version = "Epistula-Version",
        Timestamp = "Epistula-Timestamp",
        Nonce = "Epistula-Uuid",
        SignedBy = "Epistula-Signed-By",
        Signature = "Epistula-Request-Signature",
        SignedFor = "Epistula-Signed-For",
    };

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<ProofHeaders> All { get; } = [Tao, Epistula];

    /// <summary>The kind.</summary>
    public ProofKind Kind { get; }

    /// <summary>The name of the kind in texts.</summary>
    public required string Title { get; init; }

    /// <summary>The header with the version.</summary>
    public required string Version { get; init; }

    /// <summary>The header with the time of signing, in Unix milliseconds.</summary>
    public required string Timestamp { get; init; }

    /// <summary>The header with the nonce, a UUID.</summary>
    public required string Nonce { get; init; }

    /// <summary>The header with the address of the hotkey that signs.</summary>
    public required string SignedBy { get; init; }

    /// <summary>The header with the signature.</summary>
    public required string Signature { get; init; }

    /// <summary>The optional header with the receiver's address; null if this kind has none.</summary>
    public string? SignedFor { get; init; }

    /// <summary>The headers of each proof of this kind.</summary>
    public IReadOnlyList<string> Required => field ??= [Version, Timestamp, Nonce, SignedBy, Signature];

    /// <summary>All headers, the optional one too.</summary>
    public IReadOnlyList<string> Names => field ??= SignedFor is null ? Required : [.. Required, SignedFor];

    /// <summary>Returns the headers of a kind; null for a commitment.</summary>
    public static ProofHeaders? Of(ProofKind kind) => All.SingleOrDefault(headers => headers.Kind == kind);

    /// <summary>Returns the text that the signature must cover.</summary>
    /// <param name="bodyHash">SHA-256 of the received body.</param>
    /// <param name="nonce">The nonce, exactly as the client sent it.</param>
    /// <param name="timestamp">Unix milliseconds.</param>
    /// <param name="signedFor">The receiver, exactly as the client sent it; empty for none.</param>
    public HeaderMessage MessageOf(ReadOnlySpan<byte> bodyHash, string nonce, long timestamp, string signedFor) => Kind switch
    {
        ProofKind.TaoHeaders => HeaderMessage.OfTao(bodyHash, nonce, timestamp),
        ProofKind.EpistulaHeaders => HeaderMessage.OfEpistula(bodyHash, nonce, timestamp, signedFor),
        _ => throw new InvalidOperationException($"{Kind} has no headers."),
    };

    internal ReplayKey ReplayKeyOf(AccountId signer, Guid nonce) => Kind switch
    {
        ProofKind.TaoHeaders => ReplayKey.OfTao(signer, nonce),
        ProofKind.EpistulaHeaders => ReplayKey.OfEpistula(signer, nonce),
        _ => throw new InvalidOperationException($"{Kind} has no headers."),
    };
}
