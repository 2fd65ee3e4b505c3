namespace S3Auth.Cli;

/// <summary>The endpoints of a server that need no signature.</summary>
internal sealed class PublicServer : IDisposable
{
    private readonly KeyPair _unused;
    private readonly S3AuthClient _client;

    /// <param name="address">The server's address.</param>
    /// <param name="options">Timeouts and retries.</param>
    internal PublicServer(Uri address, S3AuthClientOptions options)
    {
        // The client signs no GET request, so this key signs nothing.
        _unused = KeyPair.FromSeed(RandomNumberGenerator.GetBytes(Sr25519.SeedSize));
        _client = new S3AuthClient(address, _unused, options);
    }

    /// <summary>Returns how the server's folders are named, and its sources.</summary>
    internal Task<Structure> GetStructureAsync(CancellationToken cancellationToken) => _client.Api.GetStructureAsync(cancellationToken);

    /// <summary>Returns what a hotkey may do; null if the server cannot say.</summary>
    internal Task<HotkeyStatus?> FindHotkeyAsync(AccountId hotkey, CancellationToken cancellationToken) =>
        _client.FindHotkeyAsync(hotkey, cancellationToken);

    public void Dispose()
    {
        _client.Dispose();
        _unused.Dispose();
    }
}
