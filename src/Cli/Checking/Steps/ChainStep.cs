namespace S3Auth.Cli.Checking.Steps;

/// <summary>Checks that the server has read the metagraph.</summary>
internal sealed class ChainStep : ICheckStep
{
    public string Name => "chain";

    public string Advice => "Try again in a minute. If it happens again, tell the server's operator.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        context.Health = await context.Client.Api.GetHealthAsync(cancellationToken);
        var chain = context.Health.Metagraph_syncer;
        return chain.Block is null
            ? new StepResult(
                Name, $"the server has not read netuid {chain.Netuid} of {chain.Network} yet", Advice, ExitCode.Unreachable)
            : new StepResult(Name, string.Create(
                CultureInfo.InvariantCulture,
                $"{chain.Network}, netuid {chain.Netuid}, {chain.Hotkeys_count} hotkeys at block {chain.Block}, "
                + $"{chain.Age_seconds} s old"));
    }
}
