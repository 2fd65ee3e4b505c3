namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>Programs of this machine.</summary>
internal static class Tool
{
    /// <summary>The path of a program, or null if it is not on the PATH.</summary>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.Combine(folder, OperatingSystem.IsWindows() ? name + ".exe" : name))
        .FirstOrDefault(File.Exists);

    /// <summary>The path of a program. Skips the test, with the reason, if it is missing.</summary>
    public static string Need(string name, string package)
    {
        var path = Find(name);
        if (path is null)
        {
            Assert.Ignore($"Skipped because there is no {name} on the PATH; install {package} to run it.");
        }

        return path;
    }

    /// <summary>Runs a program and waits for its end. Kills it after <paramref name="limit"/> (default: one minute).</summary>
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

        // A build node that a dotnet command leaves behind would keep the output open for 15 minutes.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
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
            // The program ended without reading its input. Its exit code tells why.
        }

        using var patience = new CancellationTokenSource(limit ?? TimeSpan.FromMinutes(10));
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
