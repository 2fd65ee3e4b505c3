namespace S3Auth.Infrastructure.Storage;

/// <summary>What <see cref="SessionProbe"/> found out.</summary>
/// <param name="Enforced">Whether the store enforces the policies of sessions; null if that is unknown.</param>
/// <param name="Problem">What happened, and what the operator can do; null if nothing is wrong, or before the first test.</param>
/// <param name="IsTransient">Whether the reason for an unknown result may soon pass.</param>
internal sealed record SessionFinding(bool? Enforced, string? Problem = null, bool IsTransient = false)
{
    /// <summary>The store was not tested yet.</summary>
    internal static SessionFinding NotAsked { get; } = new(Enforced: null, IsTransient: true);

    /// <summary>
    /// Whether everything was tested. It was not if there was no file outside the session's folder that the session could try to read.
    /// </summary>
    internal bool IsComplete { get; init; } = true;
}
