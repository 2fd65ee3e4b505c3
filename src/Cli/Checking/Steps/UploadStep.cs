namespace S3Auth.Cli.Checking.Steps;

/// <summary>Uploads a file of 1 KiB.</summary>
internal sealed class UploadStep : ICheckStep
{
    private const string FileName = "s3auth-check.bin";

    public string Name => "upload";

    public string Advice => "The server granted the upload, but the store did not accept the file. Tell the server's operator.";

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var content = RandomNumberGenerator.GetBytes(1024);
        var uploader = context.Client.CreateUploader(context.Session.Wallet.Coldkey);
        var structure = await uploader.GetStructureAsync(cancellationToken);
        var file = new FileToUpload
        {
            Path = FileName,
            Size = content.Length,
            JobId = structure.DefaultJob(),
            OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content)),
        };
        try
        {
            var uploaded = await uploader.UploadAsync(file, cancellationToken: cancellationToken);
            return new StepResult(Name, $"stored {uploaded.Key}");
        }
        catch (RefusedException refused) when (refused.Code == "file_exists")
        {
            return new StepResult(Name, $"{FileName} exists from an earlier check");
        }
        catch (Exception exception) when (exception is StoreException or HttpRequestException or StalledException)
        {
            return new StepResult(Name, exception.Message, Advice, Failure.Of(exception).ExitCode);
        }
    }
}
