namespace S3Auth.Client.Uploads;

/// <summary>A file is not what it was said to be: another size, or another hash. Nothing of it was stored.</summary>
public sealed class ChangedContentException(string message) : IOException(message);
