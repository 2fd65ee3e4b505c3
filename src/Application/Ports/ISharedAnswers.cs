namespace S3Auth.Application.Ports;

/// <summary>The outcomes of requests, aggregated across instances.</summary>
public interface ISharedAnswers
{
    /// <summary>
    /// Returns the outcomes of all instances in these minutes, as far as they have reported them; null if there is no shared store, or it
    /// does not answer.
    /// </summary>
    /// <param name="firstMinute">The first minute, counted from 1970-01-01 00:00 UTC.</param>
    /// <param name="lastMinute">The last minute, at most a day later.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    ValueTask<IReadOnlyList<AnswerCount>?> ReadAsync(long firstMinute, long lastMinute, CancellationToken cancellationToken);
}

/// <summary>The number of signed requests with one outcome within one minute.</summary>
/// <param name="Minute">The minute, counted from 1970-01-01 00:00 UTC.</param>
/// <param name="Answer"><c>granted</c>, or the code of the problem.</param>
/// <param name="Count">The number of requests.</param>
public readonly record struct AnswerCount(long Minute, string Answer, long Count);
