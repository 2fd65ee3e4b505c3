namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Decides whether and how a PUT may be presigned. A PUT must upload one object and do nothing else. At a store that honours unsigned
/// <c>x-amz-…</c> headers, its holder can copy any object into their own folder, or make an object public. <see cref="PutProbe"/>
/// finds out what the store does; before that, and when the finding is older than <see cref="MaxFindingAge"/>, nothing is signed.
/// </summary>
public sealed class PutGuard(TimeProvider time)
{
    /// <summary>How long a finding counts. Signing checks this, so that a check that fails or hangs cannot prolong a finding.</summary>
    internal static readonly TimeSpan MaxFindingAge = TimeSpan.FromMinutes(15);

    /// <summary>When to ask again while the answer is not known yet.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile Dated _last = new(PutFinding.NotAsked, time.GetTimestamp());

    /// <summary>What is known of the store. A finding counts from the moment when it is set.</summary>
    internal PutFinding Finding
    {
        get
        {
            var last = _last;
            return last.Finding.MayPass || time.GetElapsedTime(last.Timestamp) <= MaxFindingAge ? last.Finding : PutFinding.TooOld;
        }

        set => _last = new Dated(value, time.GetTimestamp());
    }

    /// <summary>How a presigned PUT must name the headers that it does not allow.</summary>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>: a presigned PUT is not safe, or it is not known whether it is.</exception>
    internal BarredHeaders BarredHeaders() => Finding switch
    {
        { Uploads: PutUploads.Safe } finding => finding.Barred,
        { Uploads: PutUploads.Unsafe } => throw new RefusedException(
            RefusalCode.StorageUnavailable,
            "This server grants no uploads by PUT, because its object store would let a miner read other miners' files. Tell the operator, who must "
                + "set UPLOAD_METHOD=POST or correct the store."),
        { MayPass: false } => throw new RefusedException(
            RefusalCode.StorageUnavailable,
            "This server grants no uploads by PUT, because it cannot find out whether they are safe at its object store. Tell the operator, who finds "
                + "the reason in /healthcheck."),
        _ => throw new RefusedException(
            RefusalCode.StorageUnavailable, "This server does not know yet whether uploads by PUT are safe at its object store; try again in a few seconds.")
        {
            RetryAfter = RetryAfter,
        },
    };

    // The time is a monotonic timestamp: setting the clock neither prolongs nor ends a finding.
    private sealed record Dated(PutFinding Finding, long Timestamp);
}
