namespace S3Auth.Application.Service.GetReadiness;

/// <summary>Whether requests can be decided on and signed.</summary>
/// <param name="Status"><c>ready</c> or <c>not_ready</c>.</param>
/// <param name="Failing">What is missing, by part, with the reason; empty when ready.</param>
/// <param name="MetagraphSyncer">How the metagraph stands.</param>
public sealed record Readiness(string Status, IReadOnlyDictionary<string, string> Failing, MetagraphHealth MetagraphSyncer)
{
    /// <summary>A part that can be missing: the process is about to end.</summary>
    internal const string Process = "process";

    /// <summary>There is no metagraph that may be decided on.</summary>
    internal const string Metagraph = "metagraph";

    /// <summary>There is nothing to sign with.</summary>
    internal const string Credentials = "credentials";

    /// <summary>Whether nothing is missing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReady => Failing.Count == 0;
}
