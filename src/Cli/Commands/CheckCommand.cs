namespace S3Auth.Cli.Commands;

/// <summary><c>s3auth check</c>.</summary>
internal static class CheckCommand
{
    internal static Command Create(CommonOptions common)
    {
        var validator = new Option<bool>("--validator") { Description = "Check what a validator needs instead of what a miner needs" };
        var upload = new Option<bool>("--upload")
        {
            Description = "Also upload a small file, s3auth-check.bin, which stays in the bucket",
        };
        var command = new ToolCommand("check", "Check server, clock, chain, keys and store; explain the first problem found")
        {
            Examples = ["s3auth check --upload", "s3auth check --wallet default --validator"],
        };
        command.Add(validator);
        command.Add(upload);
        common.RunWithoutWallet(command, (parsed, session, cancellationToken) =>
        {
            var (asValidator, withUpload) = (parsed.GetValue(validator), parsed.GetValue(upload));
            if (asValidator && withUpload)
            {
                throw new UsageException("Validators cannot upload. Use --validator or --upload, not both.");
            }

            var steps = asValidator ? CheckRun.StepsOfValidator : CheckRun.StepsOfMiner(withUpload);
            return new CheckRun(session, steps).RunAsync(cancellationToken);
        });
        return command;
    }
}
