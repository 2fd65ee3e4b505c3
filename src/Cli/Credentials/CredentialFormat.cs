namespace S3Auth.Cli.Credentials;

/// <summary>Formats temporary credentials for tools. The results contain secrets.</summary>
internal static class CredentialFormat
{
    internal const string Env = "env";
    internal const string Process = "process";
    internal const string Json = "json";
    internal const string Rclone = "rclone";

    internal static readonly string[] All = [Env, Process, Json, Rclone];

    internal static string Write(string format, IssuedSession session, string section) => format switch
    {
        Process => WriteProcess(session),
        Json => JsonText.Write(session.Answer, CredentialJson.Default.SessionCredentials, isIndented: true),
        Rclone => WriteRclone(session, section),
        _ => WriteEnv(session),
    };

    /// <summary>What AWS's tools read from a <c>credential_process</c>.</summary>
    private static string WriteProcess(IssuedSession session) => JsonText.Write(
        new ProcessCredentials(
            1, session.Answer.Access_key_id, session.Answer.Secret_access_key, session.Answer.Session_token, session.Expiration),
        CredentialJson.Default.ProcessCredentials,
        isIndented: true);

    /// <summary>
    /// A script for bash, zsh and fish. The comments come last, so that an <c>eval</c> without quotes, which joins the lines, works too.
    /// </summary>
    private static string WriteEnv(IssuedSession session)
    {
        var answer = session.Answer;
        var script = new StringBuilder();
        (string Name, string Value)[] variables =
        [
            ("AWS_ACCESS_KEY_ID", answer.Access_key_id),
            ("AWS_SECRET_ACCESS_KEY", answer.Secret_access_key),
            ("AWS_SESSION_TOKEN", answer.Session_token),
            ("AWS_CREDENTIAL_EXPIRATION", session.Expiration),
            ("AWS_REGION", answer.Region),
            ("AWS_DEFAULT_REGION", answer.Region),
            ("AWS_ENDPOINT_URL_S3", answer.Endpoint),
            // Many stores do not know the checksums that recent SDKs add.
            ("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required"),
            ("AWS_RESPONSE_CHECKSUM_VALIDATION", "when_required"),
            ("S3AUTH_FOLDER", session.Folders.First()),
        ];
        foreach (var (name, value) in variables)
        {
            script.Append(CultureInfo.InvariantCulture, $"export {name}={ShellQuote.Posix(value)};\n");
        }

        script.Append(CultureInfo.InvariantCulture, $"# For hotkey {session.Hotkey} as {session.Role}, until {session.Expiration}.\n");
        script.Append(CultureInfo.InvariantCulture, $"# Bucket: {Report.Safe(answer.Bucket)}\n");
        foreach (var prefix in answer.Prefixes)
        {
            script.Append(CultureInfo.InvariantCulture, $"# Prefix: {Report.Safe(prefix)}\n");
        }

        if (session.UsesPathStyle)
        {
            script.Append(
                "# This store needs path-style URLs, which no variable sets. `s3auth configure aws` writes a profile that does.\n");
        }

        return script.ToString().TrimEnd('\n');
    }

    /// <summary>A section of <c>rclone.conf</c>. Without bucket checks, because the credentials do not allow to create a bucket.</summary>
    private static string WriteRclone(IssuedSession session, string section)
    {
        var answer = session.Answer;
        return $"""
            [{section}]
            # For hotkey {session.Hotkey} as {session.Role}, until {session.Expiration}: {Report.Safe(string.Join(' ', session.Folders))}
            type = s3
            provider = Other
            env_auth = false
            access_key_id = {answer.Access_key_id}
            secret_access_key = {answer.Secret_access_key}
            session_token = {answer.Session_token}
            endpoint = {answer.Endpoint}
            region = {answer.Region}
            force_path_style = {(session.UsesPathStyle ? "true" : "false")}
            list_version = 2
            no_check_bucket = true
            """;
    }

    internal sealed record ProcessCredentials(
        int Version, string AccessKeyId, string SecretAccessKey, string SessionToken, string Expiration);
}
