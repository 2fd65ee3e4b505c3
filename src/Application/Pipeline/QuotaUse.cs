namespace S3Auth.Application.Pipeline;

/// <summary>How a request stands to its limits, one per request, for telling the client; null before it was counted.</summary>
public sealed class QuotaUse
{
    /// <summary>What was asked for.</summary>
    public QuotaRequest? Request { get; private set; }

    /// <summary>How many grants the hotkey has left that day.</summary>
    public long Left { get; private set; }

    /// <summary>How many all have left.</summary>
    public long TotalLeft { get; private set; }

    internal void Count(QuotaRequest request, QuotaCount count)
    {
        Request = request;
        Left = Math.Max(0, request.Limit - count.Used);
        TotalLeft = Math.Max(0, request.TotalLimit - count.TotalUsed);
    }

    internal void GiveBack()
    {
        Left++;
        TotalLeft++;
    }
}
