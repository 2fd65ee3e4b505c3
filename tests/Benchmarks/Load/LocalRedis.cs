namespace S3Auth.Benchmarks.Load;

/// <summary>A Redis on a free local port, as a separate process that stores nothing on disk.</summary>
internal sealed class LocalRedis : IAsyncDisposable
{
    private LocalRedis(Process process, int port) => (Process, Port) = (process, port);

    internal Process Process { get; }

    internal int Port { get; }

    /// <summary>The environment variables of a service that uses this Redis.</summary>
    internal IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["REDIS_URL"] = string.Create(CultureInfo.InvariantCulture, $"redis://127.0.0.1:{Port}"),
        ["REDIS_REQUIRED"] = "true",
    };

    /// <exception cref="InvalidOperationException">redis-server is not on the PATH.</exception>
    internal static LocalRedis Start()
    {
        var port = FreePort.Next();
        string[] options =
        [
            "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--logfile",
            "/dev/null",
        ];
        try
        {
            return new LocalRedis(
                Process.Start(new ProcessStartInfo("redis-server", options) { UseShellExecute = false })
                    ?? throw new InvalidOperationException("Redis did not start."),
                port);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new InvalidOperationException(
                "redis-server is not on the PATH: install it (Debian: apt-get install redis-server).",
                exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Process.Kill();
        await Process.WaitForExitAsync();
        Process.Dispose();
    }
}
