namespace S3Auth.Cli.Failures;

/// <summary>What <c>s3auth</c> says about one refusal of the server.</summary>
/// <param name="Advice">What the user can do; null if the server's <c>detail</c> says it.</param>
/// <param name="CheckStep">The step of <c>s3auth check</c> that explains the refusal.</param>
/// <param name="Ends">The phases of a run that the refusal ends.</param>
/// <param name="Message">What happened, if the server's <c>detail</c> addresses programmers instead of users of this tool.</param>
internal sealed record Refusal(string? Advice, string CheckStep, RunPhases Ends, string? Message = null);

/// <summary>The refusals of the server by their <c>code</c>, for every command.</summary>
internal static class Refusals
{
    private const string TellOperator = "Try again later. If it happens again, tell the server's operator.";

    private static readonly Dictionary<string, Row> Rows = new(StringComparer.Ordinal)
    {
        ["timestamp_expired"] = new(Clock.Advice, "clock", Message: "This machine's clock is behind the server's"),
        ["timestamp_in_future"] = new(Clock.Advice, "clock", Message: "This machine's clock is ahead of the server's"),
        ["invalid_signature"] = new(
            "Check that --wallet and --hotkey name the right key. If they do, a proxy between this machine and the server may change "
            + "requests.",
            "signature"),
        ["wrong_audience"] = new(
            "Use the server address that the operator published. If you do, ask the operator to set PUBLIC_URL to that address, or to add "
            + "its host to AUDIENCES.",
            "server"),
        ["replayed_request"] = new("Run the command again. If it happens again, a proxy may send requests twice."),
        ["access_denied"] = new("Ask the operator of this server.", "hotkey"),
        ["hotkey_not_registered"] = new(
            "Register the hotkey on this subnet, or check --hotkey and --server. The server sees a new registration after its next read of "
            + "the chain.",
            "hotkey"),
        ["coldkey_mismatch"] = new(
            "Pass the coldkey that owns this hotkey on the chain with --coldkey, or use the wallet that registered the hotkey.", "coldkey"),
        ["not_a_validator"] = new(
            "A validator needs a validator permit and enough alpha stake. `s3auth check --validator` shows what is missing.",
            "permit and stake"),
        ["miner_not_found"] = new("`s3auth miners` lists the miners that have files.", Ends: RunPhases.None),
        ["file_exists"] = new("This deployment does not replace files. Upload the file under another name.", Ends: RunPhases.None),
        ["invalid_request"] = new(null, Ends: RunPhases.None),
        ["invalid_link"] = new(null),
        ["expiry_in_past"] = new(null),
        ["folder_upload_unsupported"] = new(null),
        ["session_credentials_unsupported"] = new(
            "Use `s3auth upload` and `s3auth download` instead. They need no credentials of the object store.",
            Message: "This server gives no temporary credentials"),
        ["upload_not_found"] = new("Run the command again: it begins the upload of this file again.", Ends: RunPhases.None),
        ["size_mismatch"] = new("The file changed during its upload. Run the command again.", Ends: RunPhases.None),
        ["multipart_unsupported"] = new(null, Ends: RunPhases.None),
        ["quota_exceeded"] = new("The quota resets at 00:00 UTC. `s3auth upload --watch` uses fewer grants than repeated runs."),
        ["rate_limited"] = new("Wait a minute. The limit applies to all programs on this client address.", "server"),
        ["server_busy"] = new(TellOperator, "server"),
        ["limits_unavailable"] = new(TellOperator),
        ["internal_error"] = new(TellOperator),
        ["not_found"] = new("The server may be older than this s3auth. Check --server."),
        ["chain_unavailable"] = new(
            "The server has no recent metagraph. " + TellOperator, "chain", RunPhases.Upload | RunPhases.Listing),
        ["storage_unavailable"] = new(TellOperator, "store"),
        ["storage_timeout"] = new("The object store is too slow for the server. " + TellOperator, "store"),
    };

    /// <summary>
    /// Finds the row of a refusal. Unless the row says otherwise, a refusal ends the uploads of a run. It also ends the listings, unless
    /// the server failed: a miner can cause such a failure for its own listing, so the other miners' listings go on.
    /// </summary>
    internal static Refusal Find(RefusedException refused)
    {
        var row = Rows.GetValueOrDefault(refused.Code) ?? new Row(Advice: null);
        return new Refusal(
            row.Advice,
            row.CheckStep,
            row.Ends ?? ((int)refused.Status >= 500 ? RunPhases.Upload : RunPhases.Upload | RunPhases.Listing),
            row.Message);
    }

    private sealed record Row(string? Advice, string CheckStep = "grant", RunPhases? Ends = null, string? Message = null);
}
