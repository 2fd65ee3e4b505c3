namespace S3Auth.Cli.Checking.Steps;

/// <summary>Compares the wallet's coldkey with the owner of the hotkey on the chain.</summary>
internal sealed class ColdkeyStep : ICheckStep
{
    public string Name => "coldkey";

    public string Advice =>
        "Check the wallet's coldkeypub.txt, or pass the coldkey's address with --coldkey. To check a validator, use `s3auth check "
        + "--validator`.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Session.Wallet.Coldkey is not { } coldkey)
        {
            var found = await context.Session.GetColdkeyAsync(cancellationToken);
            return new StepResult(
                Name, $"{found}, as the server says, because the wallet has no coldkeypub.txt{HintAtValidator(context.Hotkey)}");
        }

        return context.Hotkey is { Coldkey: { } owner } status ? Compare(coldkey.ToString(), owner, status) : null;
    }

    private StepResult Compare(string coldkey, string owner, HotkeyStatus status) => owner == coldkey
        ? new StepResult(Name, $"{owner} owns it")
        : new StepResult(
            Name,
            $"{owner} {OwnsBy(status)}, not {coldkey}",
            $"Pass --coldkey {owner}{(status.Registered ? ", or use the wallet that registered the hotkey" : "")}.",
            ExitCode.Refused);

    // A user without the file may be a validator. A validator's wallet needs no coldkey.
    private static string HintAtValidator(HotkeyStatus? status) => status is { May_read: true }
        ? "; `s3auth check --validator` checks what a validator needs"
        : "";

    private static string OwnsBy(HotkeyStatus status) =>
        status.Registered ? "owns the hotkey on the chain" : "belongs to the hotkey by the operator's access rules";
}
