namespace S3Auth.Application.Ports;

/// <summary>The outcomes of requests, aggregated across instances.</summary>
public interface ISharedAnswers
{
    /// <summary>
    /// What all instances answered in these minutes, as far as they have told it; null where each counts for itself alone, or what adds them
    /// up cannot be asked.
    /// </summary>
    /// <param name="firstMinute">The first minute, counted from 1970-01-01 00:00 UTC.</param>
    /// <param name="lastMinute">The last one, a day later at most.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken);
}

/// <summary>How often signed requests were answered one way within one minute.</summary>
/// <param name="Minute">The minute, counted from 1970-01-01 00:00 UTC.</param>
/// <param name="Answer"><c>granted</c>, or the code of the problem.</param>
/// <param name="Count">How often.</param>
public readonly record struct AnswerCount(long Minute, string Answer, long Count);
