namespace S3Auth.Cli;

/// <summary>What was typed cannot be done. The message says what to type instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
