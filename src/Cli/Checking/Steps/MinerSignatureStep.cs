namespace S3Auth.Cli.Checking.Steps;

/// <summary>Requests a folder grant with the hotkey's signature.</summary>
internal sealed class MinerSignatureStep : ICheckStep
{
    public string Name => "signature";

    public string Advice => "If the message above does not help, tell the server's operator the request id.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        if (await RequestAsync(context, cancellationToken) is { } access)
        {
            context.Grant = $"uploads into {access.Folder} for {Amount.Duration(TimeSpan.FromSeconds(access.Expiry_seconds))}";
            (context.UploadUrl, context.ListUrl) = (new Uri(access.Url), new Uri(access.List_url));
        }
        else
        {
            var upload = await RequestOneFileAsync(context, cancellationToken);
            context.Grant = "this deployment grants each file separately, by PUT";
            context.UploadUrl = new Uri(upload.Url);
        }

        return new StepResult(Name, "verifies");
    }

    // The server refuses a folder grant for this reason only after it has verified the signature and the registration.
    private static async Task<FolderAccess?> RequestAsync(CheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            // Keeps the grant, so that the next upload does not request another.
            return await context.Client.OpenFolder(context.Session.Coldkey).RequestGrantAsync(cancellationToken);
        }
        catch (RefusedException refused) when (refused.Code == "folder_upload_unsupported")
        {
            return null;
        }
    }

    // Nothing is uploaded with this grant. The name is new, so that no stored file is in the way.
    private static async Task<FileUploadUrl> RequestOneFileAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var structure = await context.Client.Api.GetStructureAsync(cancellationToken);
        var command = new GetFileUploadUrlCommand
        {
            Coldkey = context.Session.Coldkey.ToString(),
            Filename = $"s3auth-check-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.bin",
            Job_id = structure.DefaultJob(),
            Size = UploadStep.SizeFor(structure),
        };
        return await context.Client.Api.GetFileUploadUrlAsync(command, cancellationToken);
    }
}
