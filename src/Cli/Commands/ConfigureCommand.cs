namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth configure</c>: writes a profile of AWS's tools that gets its credentials from this program.</summary>
internal static class ConfigureCommand
{
    internal static Command Create(CommonOptions common)
    {
        var profile = new Option<string?>("--profile")
        {
            Description = $"The name of the profile (default: {AwsProfile.DefaultName})",
            HelpName = "NAME",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask nothing: use the options and the defaults" };
        var replace = new Option<bool>("--replace") { Description = "Replace a profile with the same name" };
        var options = new SessionOptions();
        var command = new ToolCommand("configure", "Write a profile for aws, boto3, rclone and other S3 tools into ~/.aws/config")
        {
            Examples = ["s3auth configure", "s3auth configure --wallet default --profile miner --yes"],
        };
        command.Add(profile);
        command.Add(yes);
        command.Add(replace);
        options.AddTo(command);
        common.RunInteractive(command, (parsed, report, cancellationToken) =>
        {
            var questions = new Questions(Console.In, Console.Error, parsed.GetValue(yes));
            return new ConfigureRun(report, questions, Environment.GetEnvironmentVariable).RunAsync(new ConfigurePlan
            {
                Server = common.ReadGivenServer(parsed),
                Identity = common.ReadIdentity(parsed),
                Profile = parsed.GetValue(profile),
                Parameters = options.Read(parsed),
                Replaces = parsed.GetValue(replace),
                Program = ProfileCommand.ThisProgram(),
            }, cancellationToken);
        });
        return command;
    }
}
