namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth credentials</c>: prints temporary credentials for other S3 tools.</summary>
internal static class CredentialsCommand
{
    internal static Command Create(CommonOptions common)
    {
        var format = new Option<string?>("--format")
        {
            Description = "env: `export` lines for a shell; process: for credential_process of AWS's tools; json: the server's answer; "
                + "rclone: a section of rclone.conf (default: env)",
            HelpName = string.Join('|', CredentialFormat.All),
        };
        format.AcceptOnlyFromAmong(CredentialFormat.All);
        var name = new Option<string>("--name")
        {
            Description = "For --format rclone: the name of the section (default: s3auth)",
            HelpName = "NAME",
            DefaultValueFactory = _ => AwsProfile.DefaultName,
        };
        var options = new SessionOptions();
        var command = new ToolCommand("credentials", "Print temporary credentials for any S3 tool")
        {
            Examples =
            [
                "credentials=$(s3auth credentials) && eval \"$credentials\"",
                "s3auth credentials --format rclone >> ~/.config/rclone/rclone.conf",
            ],
        };
        command.Add(format);
        command.Add(name);
        options.AddTo(command);
        common.RunForTools(command, IsProcess, async (parsed, session, cancellationToken) =>
        {
            var (chosen, section) = (parsed.GetValue(format), AwsProfile.ReadName(parsed.GetValue(name)!, "--name"));
            if (chosen is not null && session.Report.IsJson)
            {
                throw new UsageException("Use --json or --format, not both. --format json prints the server's answer.");
            }

            var parameters = options.Read(parsed);
            var issued = await new SessionRequester(session.Client, session.Report.Note).SendAsync(parameters, cancellationToken);
            if (session.Report.IsJson)
            {
                session.Report.Record(
                    new CredentialsRecord("credentials", issued.Role, issued.Answer), ToolJson.Default.CredentialsRecord);
            }
            else
            {
                session.Report.Result(CredentialFormat.Write(chosen ?? CredentialFormat.Env, issued, section));
            }

            return ExitCode.Done;
        });
        return command;

        bool IsProcess(ParseResult parsed) => parsed.GetValue(format) == CredentialFormat.Process;
    }

    internal sealed record CredentialsRecord(string Type, string Role, SessionCredentials Credentials);
}
