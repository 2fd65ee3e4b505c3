namespace S3Auth.Cli;

/// <summary>What a command works with: the output, the settings, the server's address, the wallet and the client.</summary>
/// <param name="report">The output.</param>
/// <param name="readServer">Reads the server's address. Called once, and only if the command uses the server.</param>
/// <param name="readWallet">Reads the wallet. Called once, and only if the command uses the wallet.</param>
internal sealed class Session(Report report, Func<Uri> readServer, Func<Wallet> readWallet) : IDisposable
{
    private readonly Dictionary<string, Session> _others = new(StringComparer.Ordinal);
    private Uri? _server;
    private Wallet? _wallet;
    private S3AuthClient? _client;
    private AccountId? _coldkey;
    private KeptState? _state;
    private Structure? _structure;

    internal Session(Report report, Uri server, Func<Wallet> readWallet)
        : this(report, () => server, readWallet)
    {
    }

    internal Report Report => report;

    /// <summary>The folder of what this program keeps between runs; null to keep nothing.</summary>
    internal string? StateFolder { get; init; }

    /// <summary>The clock.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The server's address. The first call reads it.</summary>
    /// <exception cref="UsageException">The address is missing or not valid.</exception>
    internal Uri Server => _server ??= readServer();

    /// <summary>The current profile; null if there is none.</summary>
    internal Profile? Profile { get; init; }

    /// <summary>The source that the profile or a variable gives; null for the deployment's first one.</summary>
    internal string? Source { get; init; }

    /// <summary>The job that the profile or a variable gives; null for the deployment's default.</summary>
    internal string? Job { get; init; }

    /// <summary>Opens a session of a profile.</summary>
    internal Func<string, Session>? OpenProfile { private get; init; }

    /// <summary>The wallet. The first call reads it.</summary>
    /// <exception cref="UsageException">The wallet cannot be read.</exception>
    internal Wallet Wallet => _wallet ??= readWallet();

    /// <summary>What this program keeps between runs for the hotkey at the server; null if it keeps nothing.</summary>
    internal KeptState? State => _state ??= StateFolder is { } folder
        ? KeptState.Of(folder, Server, Wallet.Hotkey.AccountId, report.Warn)
        : null;

    /// <summary>
    /// What the hotkey has left of today's quota, from the last answer of this run or else of an earlier one; null if it is not known.
    /// </summary>
    internal (QuotaStatus Status, bool IsOfThisRun)? Quota =>
        _client?.Quota is { } answered ? (answered, true)
        : KeptQuota.Read(State, Time.GetUtcNow()) is { } kept ? (kept, false)
        : null;

    internal S3AuthClient Client => _client ??= new S3AuthClient(Server, Wallet.Hotkey, new S3AuthClientOptions
    {
        Time = Time,
        OpenGrantStore = OpenGrantStore,
        OnClockSkew = skew => report.Warn(Clock.WarningFor(skew)),
        OnRetry = new RetryMessages(report, TimeProvider.System).Show,
    });

    /// <summary>
    /// Returns a session with the server and the wallet of a profile, whatever options and variables say. It is disposed with this one.
    /// </summary>
    /// <exception cref="UsageException">There is no such profile, or its settings are not valid.</exception>
    internal Session ForProfile(string name)
    {
        if (!_others.TryGetValue(name, out var other))
        {
            other = (OpenProfile ?? throw new UsageException($"This command does not take a path in profile {Report.Safe(name)}."))(name);
            _others[name] = other;
        }

        return other;
    }

    /// <summary>The coldkey that owns the hotkey. If the wallet does not name it, call <see cref="GetColdkeyAsync"/> first.</summary>
    internal AccountId Coldkey =>
        _coldkey ?? Wallet.Coldkey ?? throw new InvalidOperationException("Call GetColdkeyAsync first.");

    /// <summary>Whether the wallet names no coldkey and the hotkey may read all miners' files, as a validator's usually.</summary>
    internal bool IsReaderWithoutColdkey { get; private set; }

    /// <summary>
    /// Returns the coldkey that owns the hotkey: from the wallet, or else from the server, which knows it from the chain.
    /// </summary>
    /// <exception cref="UsageException">Neither knows it.</exception>
    internal async Task<AccountId> GetColdkeyAsync(CancellationToken cancellationToken)
    {
        _coldkey ??= Wallet.Coldkey ?? await FindColdkeyAsync(cancellationToken);
        return Coldkey;
    }

    /// <summary>Returns what the deployment accepts. The first call asks the server.</summary>
    internal async Task<Structure> GetStructureAsync(CancellationToken cancellationToken) =>
        _structure ??= await Client.Api.GetStructureAsync(cancellationToken);

    /// <summary>Lists the caller's own folder at no cost; null if the coldkey is not known.</summary>
    internal OwnFolder? OwnFolder => (_coldkey ?? Wallet.Coldkey) is { } coldkey ? Client.OpenFolder(coldkey) : null;

    /// <summary>Creates another client that does not retry, so that each failure is seen.</summary>
    internal S3AuthClient ConnectWithoutRetries() =>
        new(Server, Wallet.Hotkey, new S3AuthClientOptions { Time = Time, Attempts = 1, OpenGrantStore = OpenGrantStore });

    /// <summary>Tells people what the hotkey has left of today's quota, and keeps it for the next run.</summary>
    /// <param name="isDone">Whether to show it. A command that failed shows its error alone.</param>
    internal void ReportQuota(bool isDone = true)
    {
        if (_client?.Quota is { } answered)
        {
            KeptQuota.Write(State, answered);
        }

        if (isDone && _client is not null && Quota is { } quota)
        {
            report.Note(KeptQuota.Describe(quota.Status, Time.GetUtcNow(), quota.IsOfThisRun));
        }

        foreach (var other in _others.Values)
        {
            other.ReportQuota(isDone);
        }
    }

    public void Dispose()
    {
        foreach (var other in _others.Values)
        {
            other.Dispose();
        }

        _client?.Dispose();
        _wallet?.Dispose();
    }

    private async Task<AccountId> FindColdkeyAsync(CancellationToken cancellationToken)
    {
        var hotkey = Wallet.Hotkey.AccountId;
        if (await Client.FindHotkeyAsync(hotkey, cancellationToken) is { Coldkey: { } owner } status
            && Ss58.TryDecode(owner, out var coldkey, out _))
        {
            IsReaderWithoutColdkey = status.May_read;
            return coldkey;
        }

        throw new UsageException(
            $"The wallet has no coldkeypub.txt, and {Server.Authority} knows no coldkey of {hotkey}, because it is not registered on this "
            + "subnet. Register the hotkey, or pass its coldkey's address with --coldkey.");
    }

    private Func<AccountId, IGrantStore>? OpenGrantStore =>
        State is { } state ? coldkey => new GrantFile(state, coldkey) : null;
}
