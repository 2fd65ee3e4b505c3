namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>A server of this test run: one process with what it says, stopped at the latest when the run ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan PatienceAtTheEnd = TimeSpan.FromSeconds(20);

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

    /// <summary>Its process's id.</summary>
    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Asks until the server answers as wanted.</summary>
    /// <exception cref="InvalidOperationException">It ended, or did not answer in time; the message holds what it said.</exception>
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

    /// <summary>Waits for the server to end by itself.</summary>
    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    /// <summary>Asks it to stop, and stops it when it does not.</summary>
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

    /// <summary>Stops it at once, as a power cut would.</summary>
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
        catch (HttpRequestException)
        {
            // Nobody listens yet.
            return false;
        }
    }

    private string Said() => string.Join('\n', _output.Concat(_errors).TakeLast(60));
}
