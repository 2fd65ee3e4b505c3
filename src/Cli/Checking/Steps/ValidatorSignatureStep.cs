namespace S3Auth.Cli.Checking.Steps;

/// <summary>Requests a validator's grant with the hotkey's signature.</summary>
internal sealed class ValidatorSignatureStep : ICheckStep
{
    public string Name => "signature";

    public string Advice => "If the message above does not help, tell the server's operator the request id.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var access = await context.Client.Api.GetValidatorAccessAsync(new GetValidatorAccessCommand(), cancellationToken);
        var duration = Amount.Duration(TimeSpan.FromSeconds(access.Expiry_seconds));
        context.Grant = string.Create(CultureInfo.InvariantCulture, $"reads {access.Miners.Count} miners for {duration}");
        context.ListUrl = new Uri(access.Urls.Global.List_all_data);
        return new StepResult(Name, "verifies");
    }
}
