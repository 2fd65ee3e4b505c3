namespace S3Auth.Application.Pipeline;

/// <summary>
/// Eighth step: counts the grants and files of a day for each hotkey and kind of grant, and the grants in total. A request that fails is
/// charged unless <see cref="RefundPolicy"/> refunds it. A client that disconnects or does not read its response is charged.
/// </summary>
public sealed class EnforceQuota<TRequest, TResponse>(
    IQuota quota, DailyLimits limits, RefundPolicy refunds, TimeProvider time)
    : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public async ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        var now = time.GetUtcNow();
        var wanted = new QuotaRequest(
            UtcDay.Of(now),
            caller.Hotkey,
            request.Kind,
            request.Cost,
            LimitOf(request.Kind, caller),
            request.Kind == GrantKind.Miner ? limits.FilesPerMiner : null,
            limits.Total);
        var count = await quota.TakeAsync(wanted, cancellationToken);
        caller.Quota.Count(wanted, count);
        if (!count.Granted)
        {
            throw Exceeded(wanted, count, caller, now);
        }

        try
        {
            return await next.RunAsync();
        }
        catch (Exception failure) when (refunds.ShouldRefund(failure, wanted))
        {
            quota.Refund(wanted, count);
            caller.Quota.Refund();
            throw;
        }
    }

    private const string ReuseGrants = "reuse the earlier grants until they expire, and try again after 00:00 UTC.";

    private long LimitOf(GrantKind kind, Caller caller) => kind switch
    {
        GrantKind.Session => limits.SessionsPerHotkey,
        GrantKind.Validator when caller.HasValidatorQuota => limits.PerValidator,
        _ => limits.PerMiner,
    };

    private static string NameOf(GrantKind kind, Caller caller) => kind switch
    {
        GrantKind.Session => "sessions of today",
        GrantKind.Miner => "grants of today as a miner",
        _ => caller.HasValidatorQuota ? "grants of today as a validator" : "grants of today as a reader",
    };

    private static RefusedException Exceeded(QuotaRequest wanted, QuotaCount count, Caller caller, DateTimeOffset now)
    {
        var detail = !wanted.GrantsFit(count.Used)
            ? Text($"This hotkey has used its {wanted.Limit} {NameOf(wanted.Kind, caller)}; {ReuseGrants}")
            : wanted.FileLimit is { } limit && !wanted.FilesFit(count.FilesUsed)
            ? FilesExceeded(wanted.Cost.Files, limit, Math.Max(0, limit - count.FilesUsed))
            : Text($"All hotkeys together have used the {wanted.TotalLimit} grants of today; {ReuseGrants}");
        return new RefusedException(RefusalCode.QuotaExceeded, detail) { RetryAfter = wanted.Day.End - now };
    }

    private static string FilesExceeded(long wanted, long limit, long left) => left == 0
        ? Text($"This hotkey has used its {limit} files of today; try again after 00:00 UTC.")
        : Text($"This hotkey has {left} of its {limit} files of today left, and this request needs {wanted}; send at most {left} files, ")
            + "or try again after 00:00 UTC.";

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
