namespace S3Auth.Cli;

/// <summary>Asks a server about hotkeys.</summary>
internal static class HotkeyLookup
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
}
