namespace S3Auth.Application.Service;

/// <summary>Whether requests can be decided on and signed.</summary>
/// <param name="Status"><c>ready</c> or <c>not_ready</c>.</param>
/// <param name="Failing">What is missing, by part, with the reason; empty when ready.</param>
/// <param name="Warnings">What the operator should correct although requests can be decided on and signed, by part; empty when nothing.</param>
/// <param name="MetagraphSyncer">How the metagraph stands.</param>
public sealed record Readiness(
    string Status, IReadOnlyDictionary<string, string> Failing, IReadOnlyDictionary<string, string> Warnings, MetagraphHealth MetagraphSyncer)
{
    /// <summary>A part that can be missing: the process is about to end.</summary>
    internal const string Process = "process";

    /// <summary>There is no metagraph that may be decided on.</summary>
    internal const string Metagraph = "metagraph";

    /// <summary>There is nothing to sign with.</summary>
    internal const string Credentials = "credentials";

    /// <summary>The object store refuses this server. As a warning: the last check of the store failed in this server.</summary>
    internal const string Store = "store";

    /// <summary>A warning: what is signed does not work where clients reach the store.</summary>
    internal const string PublicEndpoint = "public_endpoint";

    /// <summary>A warning: uploads by PUT are not granted, or do not hold what they should.</summary>
    internal const string PutUploads = "put_uploads";

    /// <summary>A warning: the store does not take upload forms.</summary>
    internal const string PostUploads = "post_uploads";

    /// <summary>Whether nothing is missing.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReady => Failing.Count == 0;
}
