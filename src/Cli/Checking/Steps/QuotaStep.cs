namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reports what the hotkey has left of today's quota, from the answer to the signature step.</summary>
internal sealed class QuotaStep : ICheckStep
{
    public string Name => "quota";

    public string Advice => "`s3auth upload --watch` uses fewer grants than repeated runs.";

    public Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken) => Task.FromResult(Read(context));

    private StepResult? Read(CheckContext context)
    {
        // Older servers do not send the quota.
        if (context.Client.Quota is not { } quota)
        {
            return null;
        }

        var session = context.Session;
        KeptQuota.Write(session.State, quota);
        return new StepResult(
            Name,
            KeptQuota.Describe(quota, session.Time.GetUtcNow(), isOfThisRun: true),
            quota.Left == 0 ? Advice : null);
    }
}
