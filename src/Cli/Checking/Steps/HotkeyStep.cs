namespace S3Auth.Cli.Checking.Steps;

/// <summary>Looks up the hotkey on the chain, without a signature.</summary>
internal sealed class HotkeyStep : ICheckStep
{
    public string Name => "hotkey";

    public string Advice => "Check --hotkey and --server.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var hotkey = context.Client.Hotkey;
        if (await FindAsync(context, hotkey.ToString(), cancellationToken) is not { Registered: true } status)
        {
            // The signature step reports it in the server's words, and its request makes the server read the chain again soon.
            return null;
        }

        context.Hotkey = status;
        return new StepResult(Name, $"{hotkey} is registered as uid {status.Uid}");
    }

    // Older servers have no such path, and a proxy may not forward it.
    private static async Task<HotkeyStatus?> FindAsync(CheckContext context, string hotkey, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Client.Api.GetHotkeyAsync(hotkey, cancellationToken);
        }
        catch (Exception exception) when (exception is RefusedException { Code: "not_found" } or UnexpectedAnswerException)
        {
            return null;
        }
    }
}
