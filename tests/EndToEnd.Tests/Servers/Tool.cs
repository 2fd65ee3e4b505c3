namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Programs that are already on this machine.</summary>
internal static class Tool
{
    /// <summary>Where a program is; null when it is not on the PATH.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>Where a program is; without it the test is ignored, and says why.</summary>
    public static string Need(string name, string package)
    {
        var path = Find(name);
        if (path is null)
        {
            Assert.Ignore($"Skipped because there is no {name} on the PATH; install {package} to run it.");
        }

        return path;
    }

    /// <summary>Runs a program to its end. One that takes longer than <paramref name="limit"/> (a minute unless told) is stopped.</summary>
    /// <exception cref="TimeoutException">The program took longer.</exception>
    public static async Task<ToolResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        IReadOnlyDictionary<string, string>? environment = null,
        string? folder = null,
        TimeSpan? limit = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        TestRun.Current.Guard.Watch(process);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input);
            }

            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading its input; its exit code tells the rest.
        }

        using var patience = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(1));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException tooLong)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} {string.Join(' ', start.ArgumentList)} did not end in time.", tooLong);
        }

        return new ToolResult(process.ExitCode, await output, await errors);
    }
}
