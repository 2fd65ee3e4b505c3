using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace S3Auth.Infrastructure.Tests.Limits;

/// <summary>A real Redis on loopback without persistence. It is killed when the test ends.</summary>
internal sealed class RedisServer : IDisposable
{
    private readonly int _port;
    private Process? _process;

    private readonly string _parameters;
    private readonly string[] _tls = [];

    internal RedisServer(string? certificate = null, string? key = null, string parameters = "")
    {
        _parameters = parameters;
        if (certificate is not null && key is not null)
        {
            _tls = ["--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"];
        }

        _port = FreePort.Next();
        Start();
    }

    internal static bool IsInstalled => Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator).Any(folder =>
        File.Exists(Path.Combine(folder, "redis-server")));

    internal RedisAddress Address =>
        RedisAddress.TryParse(
            string.Create(CultureInfo.InvariantCulture, $"{(IsTls ? "rediss" : "redis")}://127.0.0.1:{_port}{_parameters}"),
            out var address,
            out var problem)
            ? address
            : throw new InvalidOperationException(problem);

    private bool IsTls => _tls.Length > 0;

    /// <summary>Starts Redis and waits until it listens.</summary>
    internal void Start()
    {
        _process = Process.Start(new ProcessStartInfo(
            "redis-server",
            [
                IsTls ? "--tls-port" : "--port",
                _port.ToString(CultureInfo.InvariantCulture),
                .. IsTls ? ["--port", "0", .. _tls] : (string[])[],
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--daemonize",
                "no",
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetTempPath(),
        });
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var client = new TcpClient();
                client.Connect(IPAddress.Loopback, _port);
                return;
            }
            catch (SocketException) when (waited.Elapsed < TimeSpan.FromMinutes(2))
            {
                Thread.Sleep(10);
            }
        }
    }

    /// <summary>Requires this password from now on.</summary>
    internal void WantPassword(string password)
    {
        using var client = new TcpClient();
        client.Connect(IPAddress.Loopback, _port);
        using var stream = client.GetStream();
        stream.Write(System.Text.Encoding.ASCII.GetBytes($"CONFIG SET requirepass {password}\r\n"));
        _ = stream.ReadByte();
    }

    internal void Kill()
    {
        _process?.Kill();
        _process?.WaitForExit();
        _process?.Dispose();
        _process = null;
    }

    public void Dispose() => Kill();
}
