namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>
/// Stops all processes and deletes all folders of a test run, even if the run is killed. A detached shell script gets their names and
/// cleans up when its input ends. Without such a shell, only a run that ends by itself cleans up.
/// </summary>
internal sealed class Guard : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Process? _shell;

    public Guard()
    {
        if (!OperatingSystem.IsLinux() || Tool.Find("setsid") is not { } setsid)
        {
            return;
        }

        _shell = Process.Start(new ProcessStartInfo(setsid)
        {
            ArgumentList = { "sh", Path.Combine(AppContext.BaseDirectory, "Servers", "guard.sh") },
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        });
    }

    public void Watch(Process process) => Tell("process " + process.Id.ToString(CultureInfo.InvariantCulture));

    public void Own(string folder) => Tell("folder " + folder);

    public void Dispose()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            _shell.WaitForExit(TimeSpan.FromSeconds(10));
            _shell.Dispose();
        }
    }

    private void Tell(string line)
    {
        if (_shell is not null)
        {
            lock (_gate)
            {
                _shell.StandardInput.WriteLine(line);
                _shell.StandardInput.Flush();
            }
        }
    }
}
