namespace S3Auth.Application.Service.GetReadiness;

/// <summary>Whether requests can be decided on and signed.</summary>
/// <param name="Status"><c>ready</c> or <c>not_ready</c>.</param>
/// <param name="Failing">What is missing, by part, with the reason; empty when ready.</param>
/// <param name="MetagraphSyncer">How the metagraph stands.</param>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Failing, MetagraphHealth MetagraphSyncer)
{
    /// <summary>Whether nothing is missing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReady => Failing.Count == 0;
}
