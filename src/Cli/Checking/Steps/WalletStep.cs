namespace S3Auth.Cli.Checking.Steps;

/// <summary>Reads the hotkey and the coldkey's address. Reports failures only.</summary>
internal sealed class WalletStep : ICheckStep
{
    public string Name => "wallet";

    public string Advice =>
        "Check the options that name your keys: --wallet, --hotkey, --wallet-path, --coldkey. `s3auth --help` explains them.";

    public Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        _ = context.Session.Wallet;
        return Task.FromResult<StepResult?>(null);
    }
}
