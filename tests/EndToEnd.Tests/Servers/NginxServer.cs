using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>nginx in front of instances of the service, with the delivered configuration, edited as its first lines describe.</summary>
internal sealed partial class NginxServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder _folder = new("nginx");
    private readonly TestCertificate _certificate = new();
    private readonly int _http = FreePort.Next();
    private readonly int _https = FreePort.Next();
    private ServerProcess? _process;

    private NginxServer()
    {
    }

    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"https://localhost:{_https}"));

    public Uri WithoutTls => new(string.Create(CultureInfo.InvariantCulture, $"http://localhost:{_http}"));

    public static Task<NginxServer> StartAsync(IReadOnlyList<Uri> instances) => StartAsync([("localhost", instances)]);

    /// <summary>Starts it for several deployments, each with a host name of the certificate and three instances.</summary>
    public static async Task<NginxServer> StartAsync(IReadOnlyList<(string Host, IReadOnlyList<Uri> Instances)> deployments)
    {
        // Debian's nginx may not be on the PATH.
        var program = Tool.Find("nginx") ?? (File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : Tool.Need("nginx", "nginx"));
        var server = new NginxServer();
        try
        {
            await server.RunAsync(program, deployments);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>A client with the given loopback address. It trusts only this server's certificate.</summary>
    public SocketsHttpHandler ClientAt(string address) => new()
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        MaxConnectionsPerServer = 50,
        ConnectCallback = async (context, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
                await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                CustomTrustStore = { X509Certificate2.CreateFromPem(_certificate.AuthorityPem) },
                RevocationMode = X509RevocationMode.NoCheck,
            },
        },
    };

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _certificate.Dispose();
        _folder.Dispose();
    }

    private async Task RunAsync(string program, IReadOnlyList<(string Host, IReadOnlyList<Uri> Instances)> deployments)
    {
        var (certificate, key) = (Path.Combine(_folder.Path, "tls.crt"), Path.Combine(_folder.Path, "tls.key"));
        await File.WriteAllTextAsync(certificate, _certificate.ForLocalhost.ExportCertificatePem());
        using (var privateKey = _certificate.ForLocalhost.GetECDsaPrivateKey())
        {
            await File.WriteAllTextAsync(key, privateKey!.ExportPkcs8PrivateKeyPem());
        }

        var delivered = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "nginx", "s3auth.conf"));
        for (var i = 0; i < deployments.Count; i++)
        {
            // As the operators' guide says: each further copy has names of its own.
            var name = i == 0 ? "s3auth" : string.Create(CultureInfo.InvariantCulture, $"s3auth_{i}");
            var copy = delivered.Replace("s3auth", name, StringComparison.Ordinal);
            var (host, instances) = deployments[i];
            var next = instances.GetEnumerator();
            var filled = Instance().Replace(
                copy,
                _ =>
                    next.MoveNext() ? $"server {next.Current.Authority} " : throw new InvalidOperationException(
                        "It has more instances than were started."));
            Assert.That(next.MoveNext(), Is.False, "every instance stands in it");
            filled = Fill(filled, $"{name}.example.org", host);
            filled = Fill(filled, $"/etc/nginx/tls/{name}.crt", certificate);
            filled = Fill(filled, $"/etc/nginx/tls/{name}.key", key);

            // Unprivileged ports on loopback.
            filled = Fill(filled, "listen 80;", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{_http};"));
            filled = Fill(filled, "listen 443 ssl;", string.Create(CultureInfo.InvariantCulture, $"listen 127.0.0.1:{_https} ssl;"));
            await File.WriteAllTextAsync(Path.Combine(_folder.Path, $"s3auth{i}.conf"), filled);
        }

        await File.WriteAllTextAsync(Path.Combine(_folder.Path, "nginx.conf"), $$"""
            {{(Environment.IsPrivilegedProcess ? "user root root;" : "")}}
            daemon off;
            pid nginx.pid;
            error_log stderr;
            worker_processes 2;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                include s3auth*.conf;
            }
            """);
        _process = new ServerProcess(
            "nginx", program, ["-p", _folder.Path, "-e", "stderr", "-c", Path.Combine(_folder.Path, "nginx.conf")], _folder.Path);
        await _process.WaitUntilAsync(
            async () =>
            {
                using var answer = await TestRun.Current.Http.GetAsync(WithoutTls);
                return answer.StatusCode == HttpStatusCode.PermanentRedirect;
            },
            Patience);
    }

    private static string Fill(string text, string from, string to)
    {
        Assert.That(text, Does.Contain(from));
        return text.Replace(from, to, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"server 127\.0\.0\.1:[0-9]+ ", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Instance();
}
