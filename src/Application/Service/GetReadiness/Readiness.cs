namespace S3Auth.Application.Service;

/// <summary>Whether this instance should get requests.</summary>
/// <param name="Status"><c>ready</c> or <c>not_ready</c>.</param>
/// <param name="Failing">The parts that are not ready, each with the reason. Empty if ready.</param>
/// <param name="Warnings">The parts that the operator should correct although this instance is ready. Empty if there are none.</param>
/// <param name="MetagraphSyncer">The state of the metagraph.</param>
public sealed record Readiness(
    string Status, IReadOnlyDictionary<string, string> Failing, IReadOnlyDictionary<string, string> Warnings,
    MetagraphHealth MetagraphSyncer)
{
    /// <summary>The process is stopping.</summary>
    internal const string Process = "process";

    /// <summary>The process warms up.</summary>
    internal const string WarmUp = "warm_up";

    /// <summary>The metagraph is missing or too old. As a warning: the chain or its nodes need attention.</summary>
    internal const string Metagraph = "metagraph";

    /// <summary>There are no valid credentials to sign with.</summary>
    internal const string Credentials = "credentials";

    /// <summary>The object store refuses this server. As a warning: the last check of the store itself failed.</summary>
    internal const string Store = "store";

    /// <summary>A warning: presigned URLs do not work at the public endpoint.</summary>
    internal const string PublicEndpoint = "public_endpoint";

    /// <summary>A warning: uploads by PUT are not granted, or the store does not enforce all of their conditions.</summary>
    internal const string PutUploads = "put_uploads";

    /// <summary>A warning: the store does not accept upload forms.</summary>
    internal const string PostUploads = "post_uploads";

    /// <summary>A warning: temporary credentials are not issued, or not as long as configured.</summary>
    internal const string Sessions = "sessions";

    /// <summary>Whether all parts are ready.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsReady => Failing.Count == 0;
}
