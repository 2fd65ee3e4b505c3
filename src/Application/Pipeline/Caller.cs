namespace S3Auth.Application.Pipeline;

/// <summary>
/// The caller of a request, and what the pipeline records about the request; one per request. Handlers take the caller from here and not
/// from the request, so a handler that ran without the pipeline would fail instead of granting.
/// </summary>
public sealed class Caller(RequestOrigin origin, InFlightSlot slot)
{
    private AccessDecision? _access;

    /// <summary>The hotkey that signed the request.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized.</exception>
    public AccountId Hotkey => Access.Hotkey;

    /// <summary>The coldkey that owns the hotkey; null for an unregistered hotkey that may read.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized.</exception>
    public AccountId? Coldkey => Access.Coldkey;

    /// <summary>The hotkey's uid; null if it is not registered.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized.</exception>
    public ushort? Uid => Access.Neuron?.Uid;

    /// <summary>The metagraph that decides about this request.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authenticated.</exception>
    public Metagraph Metagraph
    {
        get => field ?? throw NotProved();
        private set;
    }

    /// <summary>What is left of the caller's quota after this request.</summary>
    public QuotaUsage Quota { get; } = new();

    /// <summary>The origin of the request.</summary>
    internal RequestOrigin Origin => origin;

    /// <summary>The in-flight slot of the request.</summary>
    internal InFlightSlot Slot => slot;

    /// <summary>Whether the caller was authenticated and authorized.</summary>
    internal bool IsProved => _access is not null;

    /// <summary>Whether the daily quota of validators applies to the caller in the role of a validator.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized.</exception>
    internal bool HasValidatorQuota => Access.HasValidatorQuota;

    /// <summary>The verified proofs.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authenticated.</exception>
    internal IReadOnlyList<Proof> Proofs
    {
        get => field ?? throw NotProved();
        private set;
    }

    private AccessDecision Access => _access ?? throw NotProved();

    /// <summary>The caller's own folders as a miner; only the folder of <paramref name="source"/> if it is given.</summary>
    /// <exception cref="InvalidOperationException">The caller was not authorized as a miner.</exception>
    public IReadOnlyList<Folder> FoldersIn(FolderLayout layout, Source? source)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return layout.FoldersOf(layout.FolderOwnerOf(Hotkey, Coldkey ?? throw NotProved()), source);
    }

    internal void Authenticate(Metagraph metagraph, IReadOnlyList<Proof> proofs)
    {
        Metagraph = metagraph;
        Proofs = proofs;
    }

    internal void Authorize(AccessDecision access) => _access = access.IsGranted ? access : throw NotProved();

    private static InvalidOperationException NotProved() => new("No caller was proved for this request.");
}
