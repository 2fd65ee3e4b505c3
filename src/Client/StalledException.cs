namespace S3Auth.Client;

/// <summary>An answer did not arrive within its timeout, or a transfer made no progress. The message says which.</summary>
public sealed class StalledException(string message) : IOException(message);
