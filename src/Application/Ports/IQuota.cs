namespace S3Auth.Application.Ports;

/// <summary>
/// Counts grants: of each hotkey in each role, and of all together, day by day. Counting and comparing is one step: whoever asks at
/// once with whomever, no more are granted than the limits say.
/// </summary>
public interface IQuota
{
    /// <summary>Takes one grant, where both limits leave one. Nothing is counted where they do not.</summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>limits_unavailable</c>: what is shared among the instances cannot be reached, and the operator wants no request to go on without.
    /// </exception>
    ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken);

    /// <summary>Gives back what was taken by a request that was not granted after all. Returns at once and never fails.</summary>
    void GiveBack(QuotaRequest request, QuotaCount taken);

    /// <summary>How many were granted on a day, in all.</summary>
    ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken);
}
