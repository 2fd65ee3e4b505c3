using System.Net.Security;

namespace S3Auth.Cli.Checking;

/// <summary>What the steps of one check share: the connections, and the answers of earlier steps.</summary>
internal sealed class CheckContext : IDisposable
{
    private readonly Lazy<S3AuthClient> _client;

    internal CheckContext(Session session)
    {
        Session = session;
        _client = new Lazy<S3AuthClient>(session.ConnectWithoutRetries);
        Http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, _, _, errors) =>
                {
                    IsCertificateRejected = errors != SslPolicyErrors.None;
                    return !IsCertificateRejected;
                },
            },
        })
        {
            Timeout = TimeSpan.FromSeconds(15),
            MaxResponseContentBufferSize = 1024 * 1024,
        };
    }

    internal Session Session { get; }

    /// <summary>A client without retries, so that the check shows the first failure.</summary>
    internal S3AuthClient Client => _client.Value;

    /// <summary>Sends requests without a signature, to the server and to the store.</summary>
    internal HttpClient Http { get; }

    /// <summary>Whether this machine does not trust the certificate of the last connection.</summary>
    internal bool IsCertificateRejected { get; private set; }

    internal Health? Health { get; set; }

    /// <summary>What the hotkey may do; null if it is not registered and may do nothing, or if the server cannot say.</summary>
    internal HotkeyStatus? Hotkey { get; set; }

    /// <summary>How the grant step describes the grant; null before there is one.</summary>
    internal string? Grant { get; set; }

    /// <summary>The URL of the granted upload; null if there is none.</summary>
    internal Uri? UploadUrl { get; set; }

    /// <summary>The presigned listing of the grant; null if there is none.</summary>
    internal Uri? ListUrl { get; set; }

    public void Dispose()
    {
        Http.Dispose();
        if (_client.IsValueCreated)
        {
            _client.Value.Dispose();
        }
    }
}
