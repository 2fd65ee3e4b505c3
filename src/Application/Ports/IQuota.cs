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

/// <summary>One grant that is asked for.</summary>
/// <param name="Day">The day it counts for.</param>
/// <param name="Hotkey">Who was proved to ask.</param>
/// <param name="Role">As what.</param>
/// <param name="Limit">How many such a day this hotkey has.</param>
/// <param name="TotalLimit">How many all have together.</param>
public readonly record struct QuotaRequest(UtcDay Day, AccountId Hotkey, Role Role, long Limit, long TotalLimit);

/// <summary>How the counters stand after a grant was asked for.</summary>
/// <param name="Granted">Whether both limits left one; then the counts include it.</param>
/// <param name="Used">How many this hotkey had that day, in that role.</param>
/// <param name="TotalUsed">How many all had.</param>
/// <param name="IsShared">Whether it was counted where all instances count; else by this one alone.</param>
public readonly record struct QuotaCount(bool Granted, long Used, long TotalUsed, bool IsShared);
