namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// nginx in front of an object store, with default settings: it drops headers with underscores in their names, and refuses requests with
/// both a length and chunks.
/// </summary>
internal sealed class StoreProxy : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new("store-proxy");
    private readonly int _port = FreePort.Next();
    private ServerProcess? _process;

    /// <summary>The reason why it cannot be started, or null.</summary>
    public static string? WhyNot { get; } = Program is null ? "Skipped because there is no nginx; install nginx to run it." : null;

    public Uri Endpoint => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{_port}"));

    // Debian's nginx may not be on the PATH.
    private static string? Program => Tool.Find("nginx") ?? (File.Exists("/usr/sbin/nginx") ? "/usr/sbin/nginx" : null);

    /// <summary>Starts it in front of a store.</summary>
    /// <param name="store">The store.</param>
    /// <param name="maxBodySize">The largest body of a request; 0 for no limit. nginx's default is 1m.</param>
    /// <param name="host">The Host header that the store gets: by default the client's. nginx's default is the store's address.</param>
    public static async Task<StoreProxy> StartAsync(Uri store, string maxBodySize = "0", string host = "$http_host")
    {
        var proxy = new StoreProxy();
        try
        {
            await proxy.RunAsync(store, maxBodySize, host);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _folder.Dispose();
    }

    private async Task RunAsync(Uri store, string maxBodySize, string host)
    {
        var configuration = Path.Combine(_folder.Path, "nginx.conf");
        await File.WriteAllTextAsync(configuration, $$"""
            {{(Environment.IsPrivilegedProcess ? "user root root;" : "")}}
            daemon off;
            pid nginx.pid;
            error_log stderr;
            worker_processes 1;
            events { worker_connections 512; }
            http {
                access_log off;
                client_body_temp_path body;
                proxy_temp_path proxy;
                fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi;
                scgi_temp_path scgi;
                server {
                    listen 127.0.0.1:{{_port}};
                    client_max_body_size {{maxBodySize}};
                    location / {
                        proxy_pass {{store.GetLeftPart(UriPartial.Authority)}};
                        proxy_set_header Host {{host}};
                    }
                }
            }
            """);
        _process = new ServerProcess("nginx", Program!, ["-p", _folder.Path, "-e", "stderr", "-c", configuration], _folder.Path);
        await _process.WaitUntilAsync(
            async () =>
            {
                using var answer = await TestRun.Current.Http.GetAsync(Endpoint);
                return (int)answer.StatusCode < 500;
            },
            TimeSpan.FromMinutes(2));
    }
}
