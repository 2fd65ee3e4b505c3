namespace S3Auth.Application.Pipeline;

/// <summary>
/// The members of every signed request. The proof is a commitment in the body (<c>hotkey</c>, <c>timestamp</c>, <c>signature</c>), Tao v2
/// headers, Epistula v2 headers, or several of them, which must all verify. Members that the client did not send are null.
/// </summary>
public abstract record SignedRequest : ISignedRequest
{
    /// <summary>The hotkey that signs. Optional with a proof in headers.</summary>
    public AccountId? Hotkey { get; init; }

    /// <summary>The time of signing in Unix seconds. Optional with a proof in headers.</summary>
    public long? Timestamp { get; init; }

    /// <summary>The signature over the commitment, which /commitment-formats describes. Optional with a proof in headers.</summary>
    public Sr25519Signature? Signature { get; init; }

    /// <summary>
    /// The server that this request is meant for: the host of the URL that you call, with the port unless it is 443. The commitment then
    /// ends with <c>:</c> and this text. Other servers refuse the request, so nobody can relay it to them.
    /// </summary>
    public Audience? Audience { get; init; }

    /// <summary>The proofs in the headers, at most one of each kind. They are never read from the body.</summary>
    [JsonIgnore]
    public IReadOnlyList<HeaderProof> HeaderProofs { get; init; } = [];

    AccountId ISignedRequest.Claimant => Signer!.Value;

    AccountId? ISignedRequest.NamedColdkey => NamedColdkey;

    Role ISignedRequest.Role => NeededRole;

    GrantKind ISignedRequest.Kind => Kind;

    QuotaCost ISignedRequest.Cost => Cost;

    IReadOnlyList<NamedAudience> ISignedRequest.Audiences => Audience is null && HeaderProofs.Count == 0
        ? []
        :
        [
            .. Audience is { } inBody ? [new NamedAudience(inBody, "audience")] : Array.Empty<NamedAudience>(),
            .. HeaderProofs.Where(proof => proof.SignedFor is not null)
                .Select(proof => new NamedAudience(proof.SignedFor!.Value, proof.Headers.SignedFor!)),
        ];

    IReadOnlyList<Proof> ISignedRequest.Proofs => Proofs;

    /// <summary>Whether the body contains the proof, or must contain it.</summary>
    internal bool IsProvedByBody => HeaderProofs.Count == 0 || Signature is not null;

    /// <summary>The signed text: the commitment if there is one.</summary>
    internal string ProvedText => Proofs[0].Text;

    internal virtual AccountId? NamedColdkey => null;

    internal abstract Role NeededRole { get; }

    internal virtual GrantKind Kind => NeededRole == Role.Miner ? GrantKind.Miner : GrantKind.Validator;

    internal virtual QuotaCost Cost => QuotaCost.OneGrant;

    private AccountId? Signer => HeaderProofs is [var first, ..] ? first.SignedBy : Hotkey;

    private Proof[] Proofs => (Signature, HeaderProofs) switch
    {
        ({ } signature, []) => [ByCommitment(signature)],
        ({ } signature, var others) => [ByCommitment(signature), .. others.Select(other => other.Proof)],
        (null, [_, ..]) => [.. HeaderProofs.Select(proof => proof.Proof)],
        _ => throw new InvalidOperationException($"{GetType().Name} was not validated."),
    };

    /// <summary>
    /// Leaves out the signatures, because frameworks log what they bind, and a signature lets its reader send the request.
    /// </summary>
    public sealed override string ToString() => $"{GetType().Name} of {Signer}";

    internal abstract Commitment Commit(AccountId hotkey, long timestamp);

    // The validator has checked that the timestamp is in the access window, so it is a valid DateTimeOffset.
    private Proof ByCommitment(Sr25519Signature signature) => new(
        Commit(Hotkey!.Value, Timestamp!.Value).WithAudience(Audience).Text,
        signature,
        ProofKind.Commitment,
        DateTimeOffset.FromUnixTimeSeconds(Timestamp!.Value),
        ReplayKey.OfSignature(signature));
}
