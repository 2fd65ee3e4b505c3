namespace S3Auth.Application.Service;

/// <summary>
/// The findings of the last check of the object store. The server checks at its start, every few minutes, and after failures.
/// </summary>
/// <param name="Problem">
/// Why the store refuses this server, in the store's words, and what the operator can set; or why the check itself failed. Null if there is
/// no problem.
/// </param>
/// <param name="PublicEndpointOk">
/// Whether presigned URLs work at <c>S3_PUBLIC_ENDPOINT</c>, seen from this server. Null if it is not set.
/// </param>
/// <param name="PublicEndpointProblem">Why they do not work. Null if they do.</param>
/// <param name="UploadMethod">How clients upload: <c>POST</c> or <c>PUT</c>.</param>
/// <param name="PostProblem">What is wrong with upload forms. Null if nothing is, or if uploads use PUT.</param>
/// <param name="PutUploads">
/// <c>off</c> (uploads of a folder or a single file use POST), <c>safe</c>, <c>unsafe</c> or <c>unknown</c>. The server grants uploads by
/// PUT only if <c>safe</c>. For uploads in batches see <c>capabilities.put_uploads</c>.
/// </param>
/// <param name="PutProblem">
/// Why the server does not grant uploads by PUT, or what the store does not enforce for them. Null if there is no problem.
/// </param>
/// <param name="PutSizesEnforced">Whether the store enforces the <c>size</c> of a PUT. Null if that is unknown.</param>
/// <param name="SessionProblem">
/// Why the server issues no temporary credentials, or only shorter ones, although they are on. Null if there is no problem, or if they are
/// off.
/// </param>
/// <param name="Capabilities">What the store can do.</param>
/// <param name="Checks">
/// The results of the report at the last start, by subject: <c>ok</c>, <c>warn</c>, <c>fail</c> or <c>skipped</c>. The server's log has the
/// reasons, and <c>S3Auth.Api doctor</c> prints them. Empty before the report is complete.
/// </param>
/// <param name="CheckedAt">The time of the last completed check. Null before the first.</param>
public sealed record StoreHealth(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Problem,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PublicEndpointOk,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PublicEndpointProblem,
    string UploadMethod,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PostProblem,
    string PutUploads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PutProblem,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PutSizesEnforced,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? SessionProblem,
    CapabilityHealth Capabilities,
    IReadOnlyDictionary<string, string> Checks,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? CheckedAt)
{
    // Other members describe the problems of these checks.
    private static readonly string[] Described =
        ["endpoint", "region", "credentials", "bucket", "clock", "public_endpoint", "post", "put", "sessions"];

    /// <summary>The subjects that failed in the last report and have no problem of their own in this answer.</summary>
    internal IReadOnlyList<string> FurtherFailures =>
        [.. Checks.Where(check => check.Value == "fail" && !Described.Contains(check.Key)).Select(check => check.Key)];

    /// <summary>Whether the server grants uploads, and knows no reason why the store would refuse them.</summary>
    [JsonIgnore]
    public bool TakesUploads => this is { PostProblem: null, PutUploads: "off" or "safe" };

    /// <summary>Whether the check found no problem.</summary>
    internal bool IsHealthy => Problem is null && PublicEndpointProblem is null && PostProblem is null && PutProblem is null
        && SessionProblem is null
        && !Checks.Values.Contains(StoreCheckResult.Fail.ToName(), StringComparer.Ordinal);

    internal static StoreHealth Of(StoreFindings findings)
    {
        var usesForms = findings.UploadMethod == Domain.UploadMethod.Post;
        var capabilities = CapabilityHealth.Of(findings.Capabilities);
        return new StoreHealth(
            findings.Refusal ?? findings.CheckProblem,
            findings.PublicEndpointOk,
            findings.PublicEndpointProblem,
            usesForms ? "POST" : "PUT",
            findings.FormProblem,
            usesForms ? "off" : capabilities.PutUploads,
            findings.PutProblem,
            usesForms ? null : findings.Capabilities.PutSizesEnforced,
            findings.SessionProblem,
            capabilities,
            findings.Checks.ToDictionary(check => check.Name, check => check.Result.ToName(), StringComparer.Ordinal),
            findings.CheckedAt);
    }
}
