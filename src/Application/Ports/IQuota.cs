namespace S3Auth.Application.Ports;

/// <summary>
/// Counts the grants and files of a day: of each hotkey by their kind, and the grants in total. Comparing and counting are one atomic step,
/// so concurrent requests cannot exceed the limits.
/// </summary>
public interface IQuota
{
    /// <summary>Takes the whole cost of a request if all limits allow it; otherwise counts nothing.</summary>
    /// <exception cref="Refusals.RefusedException">
    /// <c>limits_unavailable</c>: the shared store does not answer, and the operator has set the server to refuse requests then.
    /// </exception>
    ValueTask<QuotaCount> TakeAsync(QuotaRequest request, CancellationToken cancellationToken);

    /// <summary>Refunds the whole cost of a request that was granted. Returns at once and never throws.</summary>
    void Refund(QuotaRequest request, QuotaCount taken);

    /// <summary>Returns the total number of grants on a day.</summary>
    ValueTask<long> CountAsync(UtcDay day, CancellationToken cancellationToken);
}

/// <summary>A request for grants and files.</summary>
/// <param name="Day">The day on which they count.</param>
/// <param name="Hotkey">The proved hotkey.</param>
/// <param name="Kind">The kind of the grants.</param>
/// <param name="Cost">The grants and files that the request takes.</param>
/// <param name="Limit">The maximum number of grants of this kind per day for this hotkey.</param>
/// <param name="FileLimit">The maximum number of files of this hotkey per day; null if files are not counted.</param>
/// <param name="TotalLimit">The maximum number of grants of all hotkeys together per day.</param>
public readonly record struct QuotaRequest(
    UtcDay Day, AccountId Hotkey, GrantKind Kind, QuotaCost Cost, long Limit, long? FileLimit, long TotalLimit)
{
    /// <summary>Whether the limit of grants of this hotkey allows the cost. A request that costs no grant always fits.</summary>
    public bool GrantsFit(long used) => Cost.Grants == 0 || Cost.Grants <= Limit - used;

    /// <summary>Whether the limit of files of this hotkey allows the cost.</summary>
    public bool FilesFit(long used) => FileLimit is not { } limit || Cost.Files == 0 || Cost.Files <= limit - used;

    /// <summary>Whether the limit of grants of all hotkeys allows the cost.</summary>
    public bool TotalFits(long used) => Cost.Grants == 0 || Cost.Grants <= TotalLimit - used;
}

/// <summary>The counters after a request.</summary>
/// <param name="Granted">Whether all limits allow the cost. If so, the counts include it.</param>
/// <param name="Used">The number of grants of this hotkey of that kind on that day.</param>
/// <param name="FilesUsed">The number of files of this hotkey on that day; 0 if files are not counted.</param>
/// <param name="TotalUsed">The number of grants of all hotkeys on that day.</param>
/// <param name="IsShared">Whether all instances count together; otherwise this instance counts alone.</param>
public readonly record struct QuotaCount(bool Granted, long Used, long FilesUsed, long TotalUsed, bool IsShared);
