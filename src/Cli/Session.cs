namespace S3Auth.Cli;

/// <summary>What a command works with: where it reports, who asks, and the way to the server.</summary>
internal sealed class Session : IDisposable
{
    private readonly Lazy<S3AuthClient> _client;

    internal Session(Report report, Uri server, Wallet wallet)
    {
        Report = report;
        Server = server;
        Wallet = wallet;
        _client = new Lazy<S3AuthClient>(() => new S3AuthClient(server, wallet.Hotkey, new S3AuthClientOptions
        {
            OnClockSkew = skew => report.Warn(ClockAdvice.WarningFor(skew)),
            OnRetry = notice => report.Note($"{Report.Safe(notice.Reason)}; trying again in {Amount.Duration(notice.Wait)}"),
        }));
    }

    internal Report Report { get; }

    internal Uri Server { get; }

    internal Wallet Wallet { get; }

    internal S3AuthClient Client => _client.Value;

    /// <summary>The same client without retries, so that each failure is seen.</summary>
    internal S3AuthClient ConnectWithoutRetries() => new(Server, Wallet.Hotkey, new S3AuthClientOptions { Attempts = 1 });

    public void Dispose()
    {
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }

        Wallet.Dispose();
    }
}
