namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth check</c>.</summary>
internal static class CheckCommand
{
    internal static Command Create(CommonOptions common)
    {
        var validator = new Option<bool>("--validator") { Description = "Check what a validator needs, not what a miner needs" };
        var upload = new Option<bool>("--upload") { Description = "Also upload a file of 1 KiB, s3auth-check.bin, which stays there" };
        var command = new Command("check", "Walk the whole way step by step, and say at the first that fails what to do") { validator, upload };
        common.Run(command, (parsed, session, cancellationToken) =>
        {
            var (asValidator, withUpload) = (parsed.GetValue(validator), parsed.GetValue(upload));
            return asValidator && withUpload
                ? throw new UsageException("Validators do not upload: give --validator or --upload.")
                : new CheckRun(session, asValidator, withUpload).RunAsync(cancellationToken);
        });
        return command;
    }
}
