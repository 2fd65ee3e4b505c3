namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth configure</c>.</summary>
internal static class ConfigureCommand
{
    internal static Command Create(CommonOptions common)
    {
        var source = new Option<string?>("--source") { Description = "The source of the data", HelpName = "NAME" };
        var job = new Option<string?>("--job") { Description = "The job whose folder gets the files", HelpName = "ID" };
        var isDefault = new Option<bool>("--default") { Description = "Make this profile the default" };
        var offline = new Option<bool>("--offline") { Description = "Write the profile without asking the server" };
        var yes = new Option<bool>("--yes", "-y") { Description = "Ask nothing: use the options, the old profile and the defaults" };
        var command = new ToolCommand("configure", "Write a profile, so that other commands need no options")
        {
            Examples =
            [
                "s3auth configure",
                "s3auth configure --profile test --server http://localhost:8000 --suri //Bob --yes",
            ],
        };
        foreach (var option in (Option[])[source, job, isDefault, offline, yes])
        {
            command.Add(option);
        }

        command.Add(CreateAws(common));
        common.RunInteractive(command, (parsed, report, cancellationToken) =>
        {
            var options = new Dictionary<SettingKey, string>(common.ReadOptions(parsed));
            AddGiven(options, SettingKey.Source, parsed.GetValue(source));
            AddGiven(options, SettingKey.Job, parsed.GetValue(job));
            var questions = new Questions(Console.In, Console.Error, parsed.GetValue(yes), cancellationToken);
            var run = new ConfigureRun(report, questions, CommonOptions.ReaderOf(report), Environment.GetEnvironmentVariable);
            return run.RunAsync(new ConfigurePlan
            {
                Options = options,
                Profile = common.ReadProfileName(parsed),
                IsDefault = parsed.GetValue(isDefault),
                IsOffline = parsed.GetValue(offline),
            }, cancellationToken);
        });
        return command;
    }

    private static void AddGiven(Dictionary<SettingKey, string> options, SettingKey key, string? value)
    {
        if (value is not null)
        {
            options[key] = value;
        }
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
            var questions = new Questions(Console.In, Console.Error, parsed.GetValue(yes), cancellationToken);
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
