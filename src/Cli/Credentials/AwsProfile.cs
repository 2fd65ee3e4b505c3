namespace S3Auth.Cli.Credentials;

/// <summary>A profile of AWS's tools that gets its credentials from this program.</summary>
/// <param name="Name">The profile's name.</param>
/// <param name="Process">The command that prints credentials, quoted.</param>
/// <param name="Session">Credentials that the profile gets, for the settings that depend on the store.</param>
internal sealed record AwsProfile(string Name, string Process, IssuedSession Session)
{
    internal const string DefaultName = "s3auth";

    /// <summary>
    /// The lines of the profile, without line ends. boto3 before 1.28 and aws-cli before 1.29 and 2.13 ignore <c>endpoint_url</c>. The
    /// checksums of recent SDKs are off, because many stores do not know them.
    /// </summary>
    internal IReadOnlyList<string> Lines =>
    [
        Name == "default" ? "[default]" : $"[profile {Name}]",
        $"credential_process = {Process}",
        $"region = {Session.Answer.Region}",
        $"endpoint_url = {Session.Answer.Endpoint}",
        "request_checksum_calculation = when_required",
        "response_checksum_validation = when_required",
        "s3 =",
        $"    addressing_style = {(Session.UsesPathStyle ? "path" : "virtual")}",
    ];

    /// <summary>Reads a name that every tool accepts without quotes.</summary>
    /// <exception cref="UsageException">The name has other characters.</exception>
    internal static string ReadName(string text, string option) =>
        text.Length is > 0 and <= 64 && text.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.')
            ? text
            : throw new UsageException($"{option} must have 1 to 64 letters, digits, dots, hyphens and underscores.");
}
