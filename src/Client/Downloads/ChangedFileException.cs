namespace S3Auth.Client.Downloads;

/// <summary>What the store has or sends is not the file that was listed, and beginning anew did not help.</summary>
public sealed class ChangedFileException(string message) : Exception(message);
