namespace S3Auth.Client.Uploads;

/// <summary>The size, the time or the hash of a file differs from the stated one. Nothing was stored.</summary>
public sealed class ChangedContentException(string message) : IOException(message)
{
    internal static ChangedContentException Of(FileToUpload file) =>
        new($"The file {file.Path} changed during the upload. Upload it again when it no longer changes.");
}
