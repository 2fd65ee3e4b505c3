namespace S3Auth.Client.Uploads;

/// <summary>The size or the hash of a file differs from the stated one. Nothing was stored.</summary>
public sealed class ChangedContentException(string message) : IOException(message);
