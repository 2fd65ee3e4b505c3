namespace S3Auth.Cli.Checking.Steps;

/// <summary>Compares this machine's clock with the server's.</summary>
internal sealed class ClockStep : ICheckStep
{
    // The server accepts timestamps up to 60 seconds ahead of its clock by default.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromSeconds(30);

    public string Name => "clock";

    public string Advice => Clock.Advice;

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var before = TimeProvider.System.GetUtcNow();
        var formats = await context.Client.Api.GetCommitmentFormatsAsync(cancellationToken);
        var after = TimeProvider.System.GetUtcNow();

        // The server's time is truncated to whole seconds.
        var server = DateTimeOffset.FromUnixTimeSeconds(formats.Server_time).AddSeconds(0.5);
        var skew = server - (before + ((after - before) / 2));
        if (skew.Duration() > MaxSkew)
        {
            return new StepResult(
                Name,
                $"{Clock.Describe(skew)}.",
                $"{Clock.Advice} Until then s3auth signs with the server's time, but the server refuses the requests of other tools.",
                ExitCode.Refused);
        }

        return new StepResult(Name, skew.Duration() < TimeSpan.FromSeconds(2) ? "same as the server's" : Clock.Describe(skew));
    }
}
