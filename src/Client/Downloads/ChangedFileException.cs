namespace S3Auth.Client.Downloads;

/// <summary>The store sends another version of the file than the listed one, and retries from the first byte did not help.</summary>
public sealed class ChangedFileException(string message) : Exception(message);
