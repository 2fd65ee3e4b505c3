namespace S3Auth.Client.Downloads;

/// <summary>The store has or sends another file than the listed one, and retries from the start did not help.</summary>
public sealed class ChangedFileException(string message) : Exception(message);
