namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reports the grant that the signature step got.</summary>
internal sealed class GrantStep : ICheckStep
{
    public string Name => "grant";

    public string Advice => "";

    public Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(context.Grant is { } grant ? new StepResult(Name, grant) : null);
}
