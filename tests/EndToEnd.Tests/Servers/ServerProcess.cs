namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A server process and its output. It is stopped when the run ends, at the latest.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(45);

    private readonly string _name;
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly ConcurrentQueue<string> _errors = new();

    public ServerProcess(
        string name, string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string?>? environment = null)
    {
        _name = name;
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        foreach (var (variable, value) in environment ?? new Dictionary<string, string?>(StringComparer.Ordinal))
        {
            start.Environment[variable] = value;
        }

        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Keep(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(_errors, line.Data);
        _process.Start();
        TestRun.Current.Guard.Watch(_process);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public IReadOnlyCollection<string> Output => _output;

    public IReadOnlyCollection<string> Errors => _errors;

    /// <summary>The process id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Polls until the condition holds.</summary>
    /// <exception cref="InvalidOperationException">The process ended, or the time is over. The message has the output.</exception>
    public async Task WaitUntilAsync(Func<Task<bool>> answers, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (!await AnswersAsync(answers))
        {
            if (_process.HasExited || waited.Elapsed > patience)
            {
                throw new InvalidOperationException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{_name} {(_process.HasExited ? "ended" : "did not answer")} after {waited.Elapsed.TotalSeconds:F1} s.\n{Said()}"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    /// <summary>Waits until the process ends.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Sends SIGTERM, and kills the process if it does not stop in time.</summary>
    public async Task StopAsync()
    {
        if (!_process.HasExited && !OperatingSystem.IsWindows())
        {
            await Tool.RunAsync("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -TERM {_process.Id}")]);
            using var patience = new CancellationTokenSource(PatienceAtTheEnd);
            try
            {
                await _process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                TestContext.Progress.WriteLine($"{_name} did not stop when asked to; it is killed.");
            }
        }

        await KillAsync();
    }

    /// <summary>Kills the process.</summary>
    public async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }

    private static void Keep(ConcurrentQueue<string> lines, string? line)
    {
        if (line is not null)
        {
            lines.Enqueue(line);
        }
    }

    private static async Task<bool> AnswersAsync(Func<Task<bool>> answers)
    {
        try
        {
            return await answers();
        }
        catch (Exception notYet) when (notYet is HttpRequestException or TaskCanceledException)
        {
            // The server does not listen yet, or does not answer yet.
            return false;
        }
    }

    private string Said() => string.Join('\n', _output.Concat(_errors).TakeLast(60));
}
