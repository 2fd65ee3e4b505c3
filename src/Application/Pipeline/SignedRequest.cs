namespace S3Auth.Application.Pipeline;

/// <summary>
/// What every signed request has on the wire: a proof by commitment in its body (<c>hotkey</c>, <c>timestamp</c>, <c>signature</c>),
/// or one by Tao v2 headers, or both, which then must both be right. Members are null where the client sent none.
/// </summary>
public abstract record SignedRequest : ISignedRequest
{
    /// <summary>The account that signs. With Tao v2 headers it may be left out.</summary>
    public AccountId? Hotkey { get; init; }

    /// <summary>When it signed, in Unix seconds. With Tao v2 headers it may be left out.</summary>
    public long? Timestamp { get; init; }

    /// <summary>Its signature over the commitment that /commitment-formats names. With Tao v2 headers it may be left out.</summary>
    public Sr25519Signature? Signature { get; init; }

    /// <summary>
    /// The server that this request is meant for: the host, and port if not 443, of the URL that is called. A commitment then ends with
    /// `:` and this text. Other servers refuse the request, so that nobody can pass it on.
    /// </summary>
    public Audience? Audience { get; init; }

    /// <summary>The proof that came in the request's headers; never read from its body.</summary>
    [JsonIgnore]
    public TaoProof? Tao { get; init; }

    AccountId ISignedRequest.Claimant => Tao?.SignedBy ?? Hotkey!.Value;

    AccountId? ISignedRequest.NamedColdkey => NamedColdkey;

    Role ISignedRequest.Role => Role;

    IReadOnlyList<Proof> ISignedRequest.Proofs => Proofs;

    /// <summary>Whether the body holds a proof, or would have to.</summary>
    internal bool IsProvedByBody => Tao is null || Signature is not null;

    /// <summary>The text whose signature proves the request: the commitment where there is one.</summary>
    internal string ProvedText => Proofs[0].Text;

    internal virtual AccountId? NamedColdkey => null;

    internal abstract Role Role { get; }

    private Proof[] Proofs => (Signature, Tao) switch
    {
        ({ } signature, { } tao) => [ByCommitment(signature), tao.Proof],
        ({ } signature, null) => [ByCommitment(signature)],
        (null, { } tao) => [tao.Proof],
        _ => throw new InvalidOperationException($"{GetType().Name} was not validated."),
    };

    /// <summary>Without the signatures, which open this request to whoever reads them in time: frameworks print what they bind.</summary>
    public sealed override string ToString() => $"{GetType().Name} of {Tao?.SignedBy ?? Hotkey}";

    internal abstract Commitment Commit(AccountId hotkey, long timestamp);

    // What is said of a moment was judged before: it lies within the access window, and so within what can be a moment.
    private Proof ByCommitment(Sr25519Signature signature) => new(
        Commit(Hotkey!.Value, Timestamp!.Value).WithAudience(Audience).Text,
        signature,
        ProofKind.Commitment,
        DateTimeOffset.FromUnixTimeSeconds(Timestamp!.Value),
        ReplayKey.OfSignature(signature));
}
