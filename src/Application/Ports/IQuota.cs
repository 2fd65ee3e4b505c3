namespace S3Auth.Application.Ports;

/// <summary>
/// Counts the grants of a day: of each hotkey in each role, and in total. Comparing and counting are one atomic step, so concurrent
/// requests cannot exceed the limits.
/// </summary>
public interface IQuota
{
    /// <summary>Takes one grant if both limits allow it; otherwise counts nothing.</summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>limits_unavailable</c>: the shared store does not answer, and the operator has set the server to refuse requests then.
    /// </exception>
    ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken);

    /// <summary>Refunds a grant. Returns at once and never throws.</summary>
    void Refund(QuotaRequest request, QuotaCount taken);

    /// <summary>Returns the total number of grants on a day.</summary>
    ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken);
}

/// <summary>A request for one grant.</summary>
/// <param name="Day">The day on which the grant counts.</param>
/// <param name="Hotkey">The proved hotkey.</param>
/// <param name="Role">The role of the hotkey.</param>
/// <param name="Limit">The maximum number of grants of this hotkey per day in this role.</param>
/// <param name="TotalLimit">The maximum number of grants of all hotkeys together per day.</param>
public readonly record struct QuotaRequest(UtcDay Day, AccountId Hotkey, Role Role, long Limit, long TotalLimit);

/// <summary>The counters after a grant was requested.</summary>
/// <param name="Granted">Whether both limits allow the grant. If so, the counts include it.</param>
/// <param name="Used">The number of grants of this hotkey on that day, in that role.</param>
/// <param name="TotalUsed">The number of grants of all hotkeys on that day.</param>
/// <param name="IsShared">Whether all instances count together; otherwise this instance counts alone.</param>
public readonly record struct QuotaCount(bool Granted, long Used, long TotalUsed, bool IsShared);
