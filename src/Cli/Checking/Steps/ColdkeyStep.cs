namespace S3Auth.Cli.Checking.Steps;

/// <summary>Compares the wallet's coldkey with the owner of the hotkey on the chain.</summary>
internal sealed class ColdkeyStep : ICheckStep
{
    public string Name => "coldkey";

    public string Advice => "Pass the coldkey's address with --coldkey. To check a validator, use `s3auth check --validator`.";

    public Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken) => Task.FromResult(Compare(context));

    private StepResult? Compare(CheckContext context)
    {
        var wallet = context.Session.Wallet;
        if (context.Hotkey is not { Coldkey: { } owner } status)
        {
            // Fails here if the wallet names no coldkey.
            _ = wallet.Coldkey;
            return null;
        }

        if (!wallet.HasColdkey)
        {
            return Failed("the wallet has no coldkeypub.txt", $"Pass --coldkey {owner}, which {OwnsBy(status)}."
                + (status.May_read ? " To check a validator, use `s3auth check --validator`." : ""));
        }

        return owner == wallet.Coldkey.ToString()
            ? new StepResult(Name, $"{owner} owns it")
            : Failed(
                $"{owner} {OwnsBy(status)}, not {wallet.Coldkey}",
                $"Pass --coldkey {owner}{(status.Registered ? ", or use the wallet that registered the hotkey" : "")}.");
    }

    private static string OwnsBy(HotkeyStatus status) =>
        status.Registered ? "owns the hotkey on the chain" : "belongs to the hotkey by the operator's access rules";

    private StepResult Failed(string detail, string advice) => new(Name, detail, advice, ExitCode.Refused);
}
