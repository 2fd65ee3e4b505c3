namespace S3Auth.Cli;

/// <summary>What a server knows of a hotkey.</summary>
internal static class HotkeyStatusExtensions
{
    extension(S3AuthClient client)
    {
        /// <summary>
        /// Returns what the server knows of a hotkey, without a signature; null if the server cannot say. Older servers have no such path,
        /// and a proxy may not forward it.
        /// </summary>
        internal async Task<HotkeyStatus?> FindHotkeyAsync(AccountId hotkey, CancellationToken cancellationToken)
        {
            try
            {
                return await client.Api.GetHotkeyAsync(hotkey.ToString(), cancellationToken);
            }
            catch (Exception exception) when (exception is RefusedException { Code: "not_found" } or UnexpectedAnswerException)
            {
                return null;
            }
        }
    }

    extension(HotkeyStatus status)
    {
        /// <summary>Whether the hotkey may do nothing, because it is not registered and no access rule names it.</summary>
        internal bool IsUnknown => status is { Registered: false, May_upload: false, May_read: false, Is_denied: false };

        /// <summary>Says what the hotkey is and may do. The subject of the sentence is the hotkey.</summary>
        internal string Describe() => status switch
        {
            { Is_denied: true } => "is denied by the operator",
            { IsUnknown: true } => "is not registered on this subnet",
            { Registered: true } => $"is registered as uid {status.Uid}{(MayOf(status) is { } may ? $" and {may}" : "")}",
            _ => $"is not registered, but the operator's access rules say that it {MayOf(status)}",
        };
    }

    // Older servers send neither member.
    private static string? MayOf(HotkeyStatus status) => (status.May_upload, status.May_read) switch
    {
        (true, true) => "may upload into its own folder and read all miners' files",
        (true, false) => "may upload into its own folder",
        (false, true) => "may read all miners' files",
        _ => null,
    };
}
