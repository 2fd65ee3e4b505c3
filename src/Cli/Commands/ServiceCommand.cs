using System.CommandLine.Parsing;

namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth service</c>: a systemd user unit that uploads new files.</summary>
internal static class ServiceCommand
{
    internal static Command Create(CommonOptions common)
    {
        var command = new ToolCommand("service", "Upload new files in the background, with a systemd user unit");
        command.Add(CreateInstall(common));
        command.Add(CreateOther(
            common,
            new ToolCommand("status", "Show whether the service runs; the exit code is 3 if it does not")
            {
                Examples = ["s3auth service status", "s3auth service status --profile test --json"],
            },
            (run, profile, _, cancellationToken) => run.ShowAsync(profile, cancellationToken)));
        command.Add(CreateOther(
            common,
            new ToolCommand("uninstall", "Stop the service and remove its unit")
            {
                Examples = ["s3auth service uninstall", "s3auth service uninstall --profile test"],
            },
            (run, profile, _, cancellationToken) => run.UninstallAsync(profile, cancellationToken)));
        command.Add(CreateLogs(common));
        return command;
    }

    private static ToolCommand CreateInstall(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH")
        {
            Description = "Files, folders or globs to upload, as for `s3auth upload`",
            Arity = ArgumentArity.OneOrMore,
        };
        var print = new Option<bool>("--dry-run") { Description = "Print the unit and install nothing" };
        var command = new ToolCommand("install", "Write and start a unit that runs `s3auth upload --watch` with a profile")
        {
            Examples = ["s3auth service install data/", "s3auth service install data/ --profile test --to sub --bwlimit 5M"],
        };
        command.Add(paths);
        new UploadOptions("upload").AddToService(command);
        var upload = command.Options.ToList();
        command.Add(print);
        common.RunInteractive(command, (parsed, report, cancellationToken) =>
        {
            var planner = new ServicePlanner(CommonOptions.ReaderOf(report), Environment.GetEnvironmentVariable, report.Warn);
            var options = common.ReadOptions(parsed);
            if (options.Keys.FirstOrDefault(key => key != SettingKey.PasswordFile) is { } other)
            {
                throw new UsageException(
                    $"A service takes its {other.Name.Replace('_', ' ')} from the profile. Change the profile with `s3auth configure`.");
            }

            var unit = planner.Plan(
                planner.ChooseProfile(common.ReadProfileName(parsed)),
                options.GetValueOrDefault(SettingKey.PasswordFile),
                ProfileCommand.ThisProgram(),
                [.. upload.SelectMany(option => WordsOf(parsed, option))],
                parsed.GetValue(paths)!);
            var run = RunOf(report);
            return parsed.GetValue(print) ? run.PrintAsync(unit, cancellationToken) : run.InstallAsync(unit, cancellationToken);
        });
        return command;
    }

    private static ToolCommand CreateLogs(CommonOptions common)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Continue with new messages until Ctrl-C" };
        var lines = new Option<int>("--lines", "-n")
        {
            Description = "The number of the last lines to show (default: 50)",
            HelpName = "N",
            DefaultValueFactory = _ => 50,
        };
        var command = new ToolCommand("logs", "Show the service's messages, which are in the journal")
        {
            Examples = ["s3auth service logs --follow", "s3auth service logs --profile test --lines 200"],
        };
        command.Add(follow);
        command.Add(lines);
        return CreateOther(common, command, (run, profile, parsed, cancellationToken) =>
            run.ShowLogsAsync(profile, Math.Max(parsed.GetValue(lines), 0), parsed.GetValue(follow), cancellationToken));
    }

    private static ToolCommand CreateOther(
        CommonOptions common, ToolCommand command, Func<ServiceRun, string, ParseResult, CancellationToken, Task<ExitCode>> action)
    {
        common.RunInteractive(command, (parsed, report, cancellationToken) =>
        {
            var planner = new ServicePlanner(CommonOptions.ReaderOf(report), Environment.GetEnvironmentVariable, report.Warn);
            return action(RunOf(report), planner.ChooseProfile(common.ReadProfileName(parsed)), parsed, cancellationToken);
        });
        return command;
    }

    private static ServiceRun RunOf(Report report) =>
        new(report, new ThisMachine(), ServiceRun.FolderOf(Environment.GetEnvironmentVariable));

    /// <summary>Returns the words with which an option was given, one pair for each of its values.</summary>
    private static IEnumerable<string> WordsOf(ParseResult parsed, Option option) =>
        parsed.GetResult(option) is not { Implicit: false } given ? []
        : given.Tokens.Count == 0 ? [option.Name]
        : given.Tokens.Select(token => $"{option.Name}={ValueOf(option, token.Value)}");

    private static string ValueOf(Option option, string value) => option.Name != PatternOptions.FromName ? value
        : File.Exists(value) ? Path.GetFullPath(value)
        : throw new UsageException($"The filter file {Report.Safe(value)} does not exist.");
}
