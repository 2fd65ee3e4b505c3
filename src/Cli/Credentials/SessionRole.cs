namespace S3Auth.Cli.Credentials;

/// <summary>The roles of temporary credentials, by their names on the wire.</summary>
internal static class SessionRole
{
    internal const string Miner = "miner";

    internal const string Validator = "validator";
}
