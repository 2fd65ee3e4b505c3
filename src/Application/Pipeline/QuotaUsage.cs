namespace S3Auth.Application.Pipeline;

/// <summary>The remaining quota after a request was counted, for the response headers.</summary>
public sealed class QuotaUsage
{
    private QuotaCount _count;

    /// <summary>The counted request; null before it is counted.</summary>
    public QuotaRequest? Request { get; private set; }

    /// <summary>The number of grants that the hotkey has left on this day.</summary>
    public long Left => LeftOf(Request?.Limit, _count.Used);

    /// <summary>The number of files that the hotkey has left on this day.</summary>
    public long FilesLeft => LeftOf(Request?.FileLimit, _count.FilesUsed);

    /// <summary>The number of grants that all hotkeys together have left on this day.</summary>
    public long TotalLeft => LeftOf(Request?.TotalLimit, _count.TotalUsed);

    internal void Count(QuotaRequest request, QuotaCount count)
    {
        Request = request;
        _count = count;
    }

    internal void Refund()
    {
        if (Request is { Cost: var cost })
        {
            _count = _count with
            {
                Used = _count.Used - cost.Grants,
                FilesUsed = _count.FilesUsed - cost.Files,
                TotalUsed = _count.TotalUsed - cost.Grants,
            };
        }
    }

    private static long LeftOf(long? limit, long used) => Math.Max(0, (limit ?? 0) - used);
}
