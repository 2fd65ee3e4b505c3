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
/// <param name="PostProblem">Why the store does not accept upload forms. Null if it does, or if uploads use PUT.</param>
/// <param name="PutUploads">
/// <c>off</c> (uploads use POST), <c>safe</c>, <c>unsafe</c> or <c>unknown</c>. The server grants uploads by PUT only if <c>safe</c>.
/// </param>
/// <param name="PutProblem">
/// Why the server does not grant uploads by PUT, or what the store does not enforce for them. Null if there is no problem.
/// </param>
/// <param name="PutSizesEnforced">Whether the store enforces the <c>size</c> of a PUT. Null if that is unknown.</param>
/// <param name="CheckedAt">The time of the last completed check. Null before the first.</param>
public sealed record StoreHealth(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Problem,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PublicEndpointOk,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PublicEndpointProblem,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PostProblem,
    string PutUploads,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? PutProblem,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] bool? PutSizesEnforced,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] DateTimeOffset? CheckedAt)
{
    /// <summary>Whether the check found no problem.</summary>
    internal bool IsHealthy => Problem is null && PublicEndpointProblem is null && PostProblem is null && PutProblem is null;

    internal static StoreHealth Of(StoreFindings findings) => new(
        findings.Refusal ?? findings.CheckProblem,
        findings.PublicEndpointOk,
        findings.PublicEndpointProblem,
        findings.FormProblem,
        findings.PutUploads switch
        {
            Ports.PutUploads.Off => "off",
            Ports.PutUploads.Safe => "safe",
            Ports.PutUploads.Unsafe => "unsafe",
            _ => "unknown",
        },
        findings.PutProblem,
        findings.PutSizesEnforced,
        findings.CheckedAt);
}
