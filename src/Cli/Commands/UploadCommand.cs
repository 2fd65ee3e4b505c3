using System.CommandLine;
using S3Auth.Cli.Transfers;

namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth upload</c>.</summary>
internal static class UploadCommand
{
    private const int MostParallel = 64;

    internal static Command Create(CommonOptions common)
    {
        var paths = new Argument<string[]>("PATH") { Description = "Files, folders, or globs in quotes", Arity = ArgumentArity.OneOrMore };
        var source = new Option<string?>("--source") { Description = "The source they come from; else the deployment's first", HelpName = "NAME" };
        var job = new Option<string?>("--job") { Description = "The job they were collected for: they go into its folder", HelpName = "ID" };
        var to = new Option<string>("--to") { Description = "A folder within the miner's", HelpName = "PATH", DefaultValueFactory = _ => "" };
        var parallel = ParallelOption();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be uploaded, and upload nothing" };
        var force = new Option<bool>("--force") { Description = "Upload also what is there already, without looking" };
        var watch = new Option<bool>("--watch") { Description = "Go on, and upload what appears or changes" };
        var period = new Option<double>("--watch-period") { Description = "Seconds between two looks; a file that rested so long is whole", HelpName = "S", DefaultValueFactory = _ => 5 };
        var command = new Command("upload", "Upload files into the miner's own folder; what is there already is skipped")
        {
            paths, source, job, to, parallel, dryRun, force, watch, period,
        };
        common.Run(command, (parsed, session, cancellationToken) =>
        {
            var seconds = parsed.GetValue(period);
            if (seconds is not (>= 0.1 and <= 86400))
            {
                throw new UsageException("--watch-period takes 0.1 to 86400 seconds.");
            }

            return new UploadRun(session, new UploadPlan
            {
                Paths = parsed.GetValue(paths)!,
                Source = parsed.GetValue(source),
                Job = parsed.GetValue(job),
                To = parsed.GetValue(to)!.Trim('/'),
                Parallel = ReadParallel(parsed, parallel),
                DryRun = parsed.GetValue(dryRun),
                Force = parsed.GetValue(force),
                Watch = parsed.GetValue(watch) ? TimeSpan.FromSeconds(seconds) : null,
            }).RunAsync(cancellationToken);
        });
        return command;
    }

    internal static Option<int> ParallelOption() => new("--parallel", "-p") { Description = "How many files at once", HelpName = "N", DefaultValueFactory = _ => 8 };

    internal static int ReadParallel(ParseResult parsed, Option<int> option) => parsed.GetValue(option) is var count and >= 1 and <= MostParallel
        ? count
        : throw new UsageException($"--parallel takes 1 to {MostParallel}.");
}
