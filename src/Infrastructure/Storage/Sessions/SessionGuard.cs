namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Decides whether sessions may be issued: only while <see cref="SessionProbe"/> has found that the store enforces their policies. Without
/// that, a miner's session could read or delete other miners' files. Thread-safe.
/// </summary>
internal sealed class SessionGuard(TimeProvider time)
{
    /// <summary>
    /// The maximum age of a finding. Twice <see cref="SessionMonitor.Interval"/>, so that a short outage of the STS does not matter.
    /// </summary>
    internal static readonly TimeSpan MaxFindingAge = TimeSpan.FromHours(2);

    /// <summary>When a client should try again while there is no finding yet.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile Dated _last = new(SessionFinding.NotAsked, time.GetTimestamp());
    private volatile bool _isCheckRequested;

    /// <summary>The current finding.</summary>
    internal SessionFinding Finding => _last is var last && (last.Finding.Enforced is null || IsRecent(last))
        ? last.Finding
        : new SessionFinding(
            Enforced: null,
            last.Finding.Problem
                ?? "The server issues no temporary credentials, because it could not repeat their test: the STS or the object store does "
                + "not answer. Check STS_ENDPOINT and S3_ENDPOINT.",
            IsTransient: true);

    /// <summary>Whether the store enforces the policies of sessions.</summary>
    internal bool IsEnforced => Finding.Enforced is true;

    /// <summary>
    /// Adds the finding of a test. A test without a result changes no earlier result, but does not prolong it either: what the STS refuses
    /// today says nothing about what the store lets sessions do.
    /// </summary>
    internal void Apply(SessionFinding found)
    {
        var last = _last;
        if (found.Enforced is null && last.Finding.Enforced is not null && IsRecent(last))
        {
            _last = found.IsTransient ? last : last with { Finding = last.Finding with { Problem = found.Problem } };
            return;
        }

        _last = new Dated(found, time.GetTimestamp());
    }

    /// <summary>Requests a test soon, because the store refused to issue a session.</summary>
    internal void CheckSoon() => _isCheckRequested = true;

    /// <summary>Returns whether a test is requested, and forgets the request.</summary>
    internal bool TakeCheckRequest()
    {
        var isRequested = _isCheckRequested;
        _isCheckRequested = false;
        return isRequested;
    }

    /// <summary>Refuses unless sessions may be issued.</summary>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>.</exception>
    internal void RequireEnforced()
    {
        switch (Finding)
        {
            case { Enforced: true }:
                return;
            case { Enforced: false }:
                throw new RefusedException(
                    RefusalCode.StorageUnavailable,
                    "This server issues no temporary credentials, because its object store would let them do more than they may. Tell the "
                        + "operator, who finds in /healthcheck what to change.");
            case { IsTransient: false }:
                throw new RefusedException(
                    RefusalCode.StorageUnavailable,
                    "This server issues no temporary credentials, because it cannot find out whether its object store limits them. Tell "
                        + "the operator, who finds the reason in /healthcheck.");
            default:
                throw new RefusedException(
                    RefusalCode.StorageUnavailable,
                    "This server does not know yet whether its object store limits temporary credentials; try again in a few seconds.")
                {
                    RetryAfter = RetryAfter,
                };
        }
    }

    private bool IsRecent(Dated dated) => time.GetElapsedTime(dated.Timestamp) <= MaxFindingAge;

    // A monotonic timestamp, so that setting the clock neither prolongs nor ends a finding.
    private sealed record Dated(SessionFinding Finding, long Timestamp);
}
