namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Decides whether and how a PUT may be presigned. A PUT must upload one object and do nothing else. If a store honours unsigned
/// <c>x-amz-…</c> headers, the holder of a URL can copy any object into their own folder, or make an object public. <see cref="PutProbe"/>
/// tests the store. Before the first test, and if the finding is older than <see cref="MaxFindingAge"/>, no PUT is signed.
/// </summary>
public sealed class PutGuard(TimeProvider time)
{
    /// <summary>
    /// The time that a finding is valid. Each signing checks it, so that a test that fails or hangs cannot prolong a finding.
    /// </summary>
    internal static readonly TimeSpan MaxFindingAge = TimeSpan.FromMinutes(15);

    /// <summary>When a client should try again while there is no finding yet.</summary>
    internal static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private volatile Dated _objects = new(PutFinding.NotAsked, time.GetTimestamp());
    private volatile Dated _parts = new(PutFinding.NotAsked, time.GetTimestamp());

    /// <summary>The current finding about PUTs of objects. Its age counts from when it is set.</summary>
    internal PutFinding Finding
    {
        get => Current(_objects);
        set => _objects = new Dated(value, time.GetTimestamp());
    }

    /// <summary>The current finding about PUTs of parts of multipart uploads. Its age counts from when it is set.</summary>
    internal PutFinding PartFinding
    {
        get => Current(_parts);
        set => _parts = new Dated(value, time.GetTimestamp());
    }

    /// <summary>Returns how a presigned PUT of an object must name the headers that it forbids.</summary>
    /// <exception cref="RefusedException"><c>storage_unavailable</c>: such a PUT is not safe, or its safety is unknown.</exception>
    internal BarredHeaders BarredHeaders() => BarredHeaders(Finding, "uploads by PUT");

    /// <summary>Returns how a presigned PUT of a part must name the headers that it forbids.</summary>
    /// <inheritdoc cref="BarredHeaders()" path="/exception"/>
    internal BarredHeaders BarredPartHeaders() => BarredHeaders(PartFinding, "multipart uploads");

    private static BarredHeaders BarredHeaders(PutFinding current, string uploads) => current switch
    {
        { Uploads: PutUploads.Safe } finding => finding.Barred,
        { Uploads: PutUploads.Unsafe } => throw new RefusedException(
            RefusalCode.StorageUnavailable,
            $"This server grants no {uploads}, because its object store would let a miner read other miners' files. Tell the "
                + "operator, who finds in /healthcheck what to change."),
        { IsTransient: false } => throw new RefusedException(
            RefusalCode.StorageUnavailable,
            $"This server grants no {uploads}, because it cannot find out whether they are safe at its object store. Tell the "
                + "operator, who finds the reason in /healthcheck."),
        _ => throw new RefusedException(
            RefusalCode.StorageUnavailable,
            $"This server does not know yet whether {uploads} are safe at its object store; try again in a few seconds.")
        {
            RetryAfter = RetryAfter,
        },
    };

    private PutFinding Current(Dated last) =>
        last.Finding.IsTransient || time.GetElapsedTime(last.Timestamp) <= MaxFindingAge ? last.Finding : PutFinding.TooOld;

    // A monotonic timestamp, so that setting the clock neither prolongs nor ends a finding.
    private sealed record Dated(PutFinding Finding, long Timestamp);
}
