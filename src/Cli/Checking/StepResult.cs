namespace S3Auth.Cli.Checking;

/// <summary>The result of one step of <c>s3auth check</c>.</summary>
/// <param name="Step">The name of the step.</param>
/// <param name="Detail">What the step found.</param>
/// <param name="Advice">What the user can do; null if there is nothing to do. A step that succeeded with advice is a warning.</param>
/// <param name="ExitCode">The exit code of the check if the step failed.</param>
internal sealed record StepResult(string Step, string Detail, string? Advice = null, ExitCode ExitCode = ExitCode.Done)
{
    public bool IsOk => ExitCode == ExitCode.Done;

    public bool IsWarning => IsOk && Advice is not null;
}
