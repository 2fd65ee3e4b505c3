using System.Net;

namespace S3Auth.Cli.Credentials;

/// <summary>Requests temporary credentials from the server.</summary>
/// <param name="client">The client that signs.</param>
/// <param name="note">Prints a message.</param>
internal sealed class SessionRequester(S3AuthClient client, Action<string> note)
{
    private const string UnsupportedCode = "session_credentials_unsupported";

    /// <exception cref="RefusedException">The server refuses, or does not know this request.</exception>
    /// <exception cref="UnusableSessionException">The answer has values that no tool can take.</exception>
    internal async Task<IssuedSession> SendAsync(SessionParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            var role = parameters.Role ?? await ChooseRoleAsync(cancellationToken);
            var answer = await client.Api.GetSessionCredentialsAsync(
                new GetSessionCredentialsCommand { Role = role, Source = parameters.Source, Duration_seconds = parameters.Seconds },
                cancellationToken);
            RefuseUnusable(answer);
            return new IssuedSession(client.Hotkey, role, answer);
        }
        catch (RefusedException refused) when (refused is { Status: HttpStatusCode.NotFound, Code: "not_found" })
        {
            throw new RefusedException(
                UnsupportedCode, refused.Status, "This server is older and gives no temporary credentials.", refused.RequestId);
        }
    }

    /// <summary>
    /// Returns the role of a hotkey. Every validator is registered and may upload too, but wants to read. A miner whom the operator lets
    /// read wants to upload.
    /// </summary>
    internal static string RoleOf(HotkeyStatus status) =>
        status.Is_validator && status.May_read ? SessionRole.Validator
        : status.May_read && !status.May_upload ? SessionRole.Validator
        : SessionRole.Miner;

    private async Task<string> ChooseRoleAsync(CancellationToken cancellationToken)
    {
        var status = await client.Api.GetHotkeyAsync(client.Hotkey.ToString(), cancellationToken);
        var role = RoleOf(status);
        if (status is { May_read: true, May_upload: true })
        {
            var (other, use) = role == SessionRole.Validator
                ? (SessionRole.Miner, "upload into its own folder")
                : (SessionRole.Validator, "read all miners' files");
            note($"Requesting credentials as {role}. This hotkey may also {use}: pass --role {other} for that.");
        }

        return role;
    }

    // A line break in a value would add a line to a script or a configuration file. AWS's SDK for Java also ends a line at U+2028.
    private static void RefuseUnusable(SessionCredentials answer)
    {
        string?[] words = [answer.Access_key_id, answer.Secret_access_key, answer.Session_token, answer.Endpoint, answer.Region];
        if (words.Any(word => string.IsNullOrEmpty(word) || word.AsSpan().ContainsAnyExceptInRange('!', '~'))
            || answer.Prefixes is not { Count: > 0 }
            || answer.Prefixes.Append(answer.Bucket).Any(name => string.IsNullOrEmpty(name) || Report.Safe(name) != name))
        {
            throw new UnusableSessionException(
                "The server's credentials are incomplete or contain control characters. Tell the server's operator.");
        }
    }
}
