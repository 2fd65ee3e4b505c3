using System.ComponentModel;
using System.Diagnostics;

namespace S3Auth.Cli.Service;

/// <inheritdoc/>
internal sealed class ThisMachine : IMachine
{
    private const string Alternative = "Run `s3auth upload --watch PATH` ";

    public string? WhyNoSystemd =>
        OperatingSystem.IsMacOS()
            ? "macOS has no systemd. " + Alternative + "as a launch agent: docs/profiles.md has the file for it."
        : OperatingSystem.IsWindows()
            ? "Windows has no systemd. " + Alternative + "in a task of the Task Scheduler that starts when you log on."
        : Directory.Exists("/run/systemd/system") ? null
            : "This machine does not run systemd. " + Alternative + "in tmux or screen, or as the command of a container.";

    public async Task<CommandOutput> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new CommandOutput(process.ExitCode, await output, await errors);
    }

    public async Task<int> ShowAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var process = Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false });
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // Ctrl-C reaches the program too. It has to restore the terminal.
            await process.WaitForExitAsync(CancellationToken.None);
        }

        return process.ExitCode;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new UsageException($"{start.FileName} did not start.");
        }
        catch (Win32Exception exception)
        {
            throw new UsageException($"{start.FileName} did not start: {exception.Message}");
        }
    }
}
