namespace S3Auth.Cli.Checking.Steps;

/// <summary>Checks that the hotkey may read all files: by its permit and stake, or by the operator's rules.</summary>
internal sealed class ValidatorStep : ICheckStep
{
    public string Name => "permit and stake";

    public string Advice => "A validator needs a validator permit and enough alpha stake on this subnet.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (context.Hotkey is not { } status)
        {
            return null;
        }

        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"it has {(status.Validator_permit ? "a" : "no")} validator permit and {status.Alpha_stake:0.#########} alpha staked");
        return status.Is_validator ? new StepResult(Name, found)
            : status.May_read ? new StepResult(Name, $"{found}; the operator lets it read without them")
            : new StepResult(Name, found, await AdviseAsync(context, status, cancellationToken), ExitCode.Refused);
    }

    private async Task<string> AdviseAsync(CheckContext context, HotkeyStatus status, CancellationToken cancellationToken)
    {
        if (await ReadMinStakeAsync(context, cancellationToken) is not { } minimum)
        {
            return Advice;
        }

        var stake = string.Create(CultureInfo.InvariantCulture, $"more than {minimum:0.#########} alpha");
        return (status.Validator_permit, status.Alpha_stake > minimum) switch
        {
            (false, true) => "A validator also needs a validator permit. The chain gives permits to the hotkeys with the most stake.",
            (true, false) => $"A validator needs {stake}. Stake more on this hotkey.",
            _ => $"A validator needs a validator permit and {stake}.",
        };
    }

    // Older servers do not say it.
    private static async Task<double?> ReadMinStakeAsync(CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            return (await context.Client.Api.GetStatusAsync(cancellationToken)).Min_validator_stake;
        }
        catch (Exception exception) when (exception is RefusedException or UnexpectedAnswerException)
        {
            return null;
        }
    }
}
