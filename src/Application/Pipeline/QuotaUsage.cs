namespace S3Auth.Application.Pipeline;

/// <summary>The remaining quota after a request was counted, for the response headers; one per request.</summary>
public sealed class QuotaUsage
{
    /// <summary>The counted request; null before it is counted.</summary>
    public QuotaRequest? Request { get; private set; }

    /// <summary>The number of grants that the hotkey has left on this day.</summary>
    public long Left { get; private set; }

    /// <summary>The number of grants that all hotkeys together have left on this day.</summary>
    public long TotalLeft { get; private set; }

    internal void Count(QuotaRequest request, QuotaCount count)
    {
        Request = request;
        Left = Math.Max(0, request.Limit - count.Used);
        TotalLeft = Math.Max(0, request.TotalLimit - count.TotalUsed);
    }

    internal void Refund()
    {
        Left++;
        TotalLeft++;
    }
}
