namespace S3Auth.Cli.Failures;

/// <summary>An option, a local file or the wallet is wrong. The message says what to use instead.</summary>
internal sealed class UsageException(string message) : Exception(message);
