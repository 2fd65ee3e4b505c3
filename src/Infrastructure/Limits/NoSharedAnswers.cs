namespace S3Auth.Infrastructure.Limits;

/// <summary>This instance knows its own answers alone.</summary>
internal sealed class NoSharedAnswers : ISharedAnswers
{
    public ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken) => new((IReadOnlyList<AnswerCount>?)null);
}
