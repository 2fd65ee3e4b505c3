namespace S3Auth.Application.Service;

/// <summary>What the last check of the object store found, beyond whether it answers. Checked at the start, every few minutes, and after failures.</summary>
/// <param name="Problem">Why the store refuses this server, in the store's words, and what the operator can set, or that the last check failed in this server; null while neither is so.</param>
/// <param name="PublicEndpointOk">Whether what is signed for clients works at <c>S3_PUBLIC_ENDPOINT</c>, as seen from this server; null where none is set.</param>
/// <param name="PublicEndpointProblem">Why it does not; null when it does.</param>
/// <param name="PostProblem">Why the store does not take upload forms, where uploads go by POST; null when it does.</param>
/// <param name="PutUploads"><c>off</c> (uploads go by POST), <c>safe</c>, <c>unsafe</c> or <c>unknown</c>; only <c>safe</c> ones are granted.</param>
/// <param name="PutProblem">Why uploads by PUT are not granted, or what they do not hold; null when all is well.</param>
/// <param name="PutSizesEnforced">Whether the store takes a PUT of a stated <c>size</c> in that size only; null where that is not known.</param>
/// <param name="CheckedAt">When the last check that found something ended; null before the first.</param>
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
    /// <summary>Whether nothing is wrong.</summary>
    internal bool IsWell => Problem is null && PublicEndpointProblem is null && PostProblem is null && PutProblem is null;

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
