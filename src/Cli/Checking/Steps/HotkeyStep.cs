namespace S3Auth.Cli.Checking.Steps;

/// <summary>Looks up the hotkey on the chain and in the operator's access rules, without a signature.</summary>
internal sealed class HotkeyStep : ICheckStep
{
    public string Name => "hotkey";

    public string Advice => "Check --hotkey and --server.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var hotkey = context.Client.Hotkey;
        if (await context.Client.FindHotkeyAsync(hotkey, cancellationToken) is not { } status)
        {
            return null;
        }

        if (status.Is_denied)
        {
            return new StepResult(
                Name, status.Upload_problem ?? "The operator denies access.", "Ask the operator of this server.", ExitCode.Refused);
        }

        if (status is { Registered: false, May_upload: false, May_read: false })
        {
            // The signature step reports it in the server's words, and its request makes the server read the chain again soon.
            return null;
        }

        context.Hotkey = status;
        return new StepResult(Name, $"{hotkey} {status.Describe()}");
    }
}
