namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth configure</c>.</summary>
internal static class ConfigureCommand
{
    internal static Command Create(CommonOptions common)
    {
        var command = new ToolCommand("configure", "Write a profile, so that other commands need no options");
        command.Add(CreateAws(common));
        return command;
    }

    private static ToolCommand CreateAws(CommonOptions common)
    {
        var name = new Option<string?>("--name")
        {
            Description = $"The name of the AWS profile (default: {AwsProfile.DefaultName})",
            HelpName = "NAME",
        };
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask nothing: use the options and the defaults" };
        var replace = new Option<bool>("--replace") { Description = "Replace an AWS profile with the same name" };
        var options = new SessionOptions();
        var command = new ToolCommand("aws", "Write a profile for aws, boto3, rclone and other S3 tools into ~/.aws/config")
        {
            Examples = ["s3auth configure aws", "s3auth configure aws --wallet default --name miner --yes"],
        };
        command.Add(name);
        command.Add(yes);
        command.Add(replace);
        options.AddTo(command);
        common.RunInteractive(command, (parsed, report, cancellationToken) =>
        {
            var questions = new Questions(Console.In, Console.Error, parsed.GetValue(yes));
            var settings = common.ReadSettings(parsed, report);
            return new AwsConfigureRun(report, questions, Environment.GetEnvironmentVariable).RunAsync(new AwsConfigurePlan
            {
                Server = settings.Server,
                Identity = settings.Identity,
                Profile = parsed.GetValue(name),
                Parameters = options.Read(parsed),
                Replaces = parsed.GetValue(replace),
                Program = ProfileCommand.ThisProgram(),
            }, cancellationToken);
        });
        return command;
    }
}
