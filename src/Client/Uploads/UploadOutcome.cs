namespace S3Auth.Client.Uploads;

/// <summary>The outcome of one of many files: either <see cref="Uploaded"/> or <see cref="Error"/> is set.</summary>
/// <param name="File">The file.</param>
/// <param name="Uploaded">The uploaded file; null if it failed.</param>
/// <param name="Error">Why the file failed, as <see cref="FileUploader.UploadAsync(FileToUpload, CancellationToken)"/> throws it.</param>
public sealed record UploadOutcome(FileToUpload File, UploadedFile? Uploaded, Exception? Error);
