namespace S3Auth.Infrastructure.Limits;

/// <summary>Request outcomes of a server without Redis: there are no outcomes of other instances.</summary>
internal sealed class SingleInstanceAnswers : ISharedAnswers
{
    public ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken) =>
        new((IReadOnlyList<AnswerCount>?)null);
}
