namespace S3Auth.Application.Pipeline;

/// <summary>
/// Seventh step: counts the grants of a day, for each hotkey and in total. A request that fails is charged unless
/// <see cref="RefundPolicy"/> refunds it. A client that disconnects or does not read its response is charged.
/// </summary>
public sealed class EnforceQuota<TRequest, TResponse>(
    IQuota quota, DailyLimits limits, RefundPolicy refunds, Caller caller, QuotaUsage use, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        var now = time.GetUtcNow();
        var wanted = new QuotaRequest(
            UtcDay.Of(now),
            caller.Hotkey,
            request.Role,
            request.Role == Role.Validator && caller.HasValidatorQuota ? limits.PerValidator : limits.PerMiner,
            limits.Total);
        var count = await quota.TakeAsync(wanted, cancellationToken);
        use.Count(wanted, count);
        if (!count.Granted)
        {
            throw Exceeded(wanted, count, now, NameOf(request.Role));
        }

        try
        {
            return await next();
        }
        catch (Exception failure) when (refunds.ShouldRefund(failure, wanted))
        {
            quota.Refund(wanted, count);
            use.Refund();
            throw;
        }
    }

    private string NameOf(Role role) => role == Role.Miner ? "miner" : caller.HasValidatorQuota ? "validator" : "reader";

    private static RefusedException Exceeded(QuotaRequest wanted, QuotaCount count, DateTimeOffset now, string role)
    {
        var whose = count.Used >= wanted.Limit
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"This hotkey has used its {wanted.Limit} grants of today as a {role}")
            : string.Create(CultureInfo.InvariantCulture, $"All hotkeys together have used the {wanted.TotalLimit} grants of today");
        return new RefusedException(
            RefusalCode.QuotaExceeded, $"{whose}; reuse the earlier grants until they expire, and try again after 00:00 UTC.")
        {
            RetryAfter = wanted.Day.End - now,
        };
    }
}
