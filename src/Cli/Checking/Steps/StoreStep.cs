namespace S3Auth.Cli.Checking.Steps;

/// <summary>Checks what the server knows about the object store.</summary>
/// <param name="forUploads">Whether the store must also accept uploads.</param>
internal sealed class StoreStep(bool forUploads) : ICheckStep
{
    public string Name => "store";

    public string Advice =>
        "You cannot correct this. Tell the server's operator: GET /healthcheck shows the same problem, and `S3Auth.Api doctor` says what "
        + "to do.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var health = context.Health ??= await context.Client.Api.GetHealthAsync(cancellationToken);
        if (!health.S3_ok)
        {
            var reason = health.Store?.Problem is { } why ? $": {why}" : "";
            return Failed($"the server does not reach bucket {health.Bucket}{reason}", ExitCode.Unreachable);
        }

        if (health.Store?.Problem is { } problem)
        {
            return Failed($"the store refuses the server: {problem}", ExitCode.Refused);
        }

        return forUploads && ProblemOfUploads(health.Store) is { } uploads
            ? Failed(uploads, ExitCode.Refused)
            : new StepResult(Name, $"bucket {health.Bucket} in {health.Region} answers");
    }

    // A server from before the member `store` sends none.
    private static string? ProblemOfUploads(StoreHealth? store) => store switch
    {
        { Post_problem: { } problem } => $"the store does not accept upload forms: {problem}",
        { Put_uploads: "unsafe" or "unknown" } =>
            $"the server does not grant uploads by PUT: {store.Put_problem ?? "it is still testing the store"}",
        { Put_problem: { } problem, Put_uploads: not "safe" } => $"uploads by PUT do not work: {problem}",
        _ => null,
    };

    private StepResult Failed(string detail, ExitCode exitCode) => new(Name, detail, Advice, exitCode);
}
