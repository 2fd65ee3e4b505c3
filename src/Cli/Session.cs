namespace S3Auth.Cli;

/// <summary>What a command works with: the output, the server's address, the wallet and the client.</summary>
/// <param name="report">The output.</param>
/// <param name="server">The server's address.</param>
/// <param name="readWallet">Reads the wallet. Called once.</param>
internal sealed class Session(Report report, Uri server, Func<Wallet> readWallet) : IDisposable
{
    private Wallet? _wallet;
    private S3AuthClient? _client;

    internal Report Report => report;

    internal Uri Server => server;

    /// <summary>The wallet. The first call reads it.</summary>
    /// <exception cref="UsageException">The wallet cannot be read.</exception>
    internal Wallet Wallet => _wallet ??= readWallet();

    internal S3AuthClient Client => _client ??= new S3AuthClient(server, Wallet.Hotkey, new S3AuthClientOptions
    {
        OnClockSkew = skew => report.Warn(Clock.WarningFor(skew)),
        OnRetry = new RetryMessages(report, TimeProvider.System).Show,
    });

    /// <summary>Creates another client that does not retry, so that each failure is seen.</summary>
    internal S3AuthClient ConnectWithoutRetries() => new(server, Wallet.Hotkey, new S3AuthClientOptions { Attempts = 1 });

    public void Dispose()
    {
        _client?.Dispose();
        _wallet?.Dispose();
    }
}
