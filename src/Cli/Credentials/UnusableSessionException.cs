namespace S3Auth.Cli.Credentials;

/// <summary>The server's answer has no credentials that a tool can take. The message contains none of its values.</summary>
internal sealed class UnusableSessionException(string message) : Exception(message);
