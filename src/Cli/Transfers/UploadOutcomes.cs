using System.Runtime.ExceptionServices;

namespace S3Auth.Cli.Transfers;

/// <summary>Uploads files and reports the outcome of each.</summary>
internal static class UploadOutcomes
{
    /// <param name="uploader">The uploader.</param>
    /// <param name="files">The files. Their <see cref="FileToUpload.Sent"/> is a <see cref="TransferProgress.ActiveFile"/>.</param>
    /// <param name="succeeded">Called for each file that was uploaded.</param>
    /// <param name="failed">Called for each file that failed. A failure that ends the run is thrown instead.</param>
    /// <param name="cancellationToken">Cancels the uploads.</param>
    internal static async Task UploadAsync(
        this FileUploader uploader,
        IAsyncEnumerable<FileToUpload> files,
        Action<FileToUpload, UploadedFile> succeeded,
        Action<FileToUpload, Failure> failed,
        CancellationToken cancellationToken)
    {
        await foreach (var (file, uploaded, error) in uploader.UploadAsync(files, cancellationToken))
        {
            using var line = file.Sent as TransferProgress.ActiveFile;
            if (error is null)
            {
                succeeded(file, uploaded!);
            }
            else if (Failure.Of(error) is { IsExpected: true } failure && !failure.Ends.HasFlag(RunPhases.Upload))
            {
                failed(file, failure);
            }
            else
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }
    }
}
