namespace S3Auth.Cli.Checking.Steps;

/// <summary>Uploads a small file: 1 KiB, or what the deployment's limits allow instead.</summary>
internal sealed class UploadStep : ICheckStep
{
    private const string FileName = "s3auth-check.bin";
    private const int UsualBytes = 1024;

    // The step keeps the file in memory. Beyond this size it would also be slow and fill the bucket.
    private const long MaxBytes = 16 * 1024 * 1024;

    public string Name => "upload";

    public string Advice => "The server granted the upload, but the store did not accept the file. Tell the server's operator.";

    /// <summary>The size of a file that the deployment accepts, as near to 1 KiB as its limits allow.</summary>
    internal static long SizeFor(Structure structure) => Math.Clamp(UsualBytes, structure.Min_bytes, structure.Max_bytes);

    public async Task<StepResult?> RunAsync(CheckContext context, CancellationToken cancellationToken)
    {
        var uploader = context.Client.CreateUploader(context.Session.Coldkey);
        var structure = await uploader.GetStructureAsync(cancellationToken);
        if (SizeFor(structure) is var size && size > MaxBytes)
        {
            return new StepResult(Name, $"skipped, because the smallest file that this deployment accepts has {Amount.Bytes(size)}");
        }

        var content = RandomNumberGenerator.GetBytes((int)size);
        var file = new FileToUpload
        {
            Path = FileName,
            Size = content.Length,
            JobId = structure.DefaultJob(),
            OpenAsync = _ => ValueTask.FromResult<Stream>(new MemoryStream(content)),
        };
        try
        {
            var uploaded = await uploader.UploadAsync(file, cancellationToken);
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
