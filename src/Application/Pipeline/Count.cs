using System.Globalization;
using MediatR;
using S3Auth.Application.Ports;
using S3Auth.Application.Refusals;
using S3Auth.Domain;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Fifth step: so many grants a day for each hotkey, and for all. Only proved requests get here, and one that its handler refuses or
/// fails on is given back: what counts is what was granted. One whose caller left counts, for it cost what it cost.
/// </summary>
public sealed class Count<TRequest, TResponse>(IQuota quota, DailyLimits limits, Caller caller, QuotaUse use, TimeProvider time)
    : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    public async Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        var now = time.GetUtcNow();
        var wanted = new QuotaRequest(
            UtcDay.Of(now),
            caller.Neuron.Hotkey,
            request.Role,
            request.Role == Role.Validator ? limits.PerValidator : limits.PerMiner,
            limits.Total);
        var count = await quota.TakeAsync(wanted, cancellationToken);
        use.Count(wanted, count);
        if (!count.Granted)
        {
            throw Exceeded(wanted, count, now);
        }

        try
        {
            return await next();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            quota.GiveBack(wanted, count);
            use.GiveBack();
            throw;
        }
    }

    private static RefusedException Exceeded(QuotaRequest wanted, QuotaCount count, DateTimeOffset now)
    {
        var whose = count.Used >= wanted.Limit
            ? string.Create(CultureInfo.InvariantCulture, $"This hotkey has had its {wanted.Limit} grants of today as a {(wanted.Role == Role.Validator ? "validator" : "miner")}")
            : string.Create(CultureInfo.InvariantCulture, $"All {wanted.TotalLimit} grants that this server gives a day have been given");
        return new RefusedException(RefusalCode.QuotaExceeded, $"{whose}: use what you were granted, and ask again after 00:00 UTC.")
        {
            RetryAfter = wanted.Day.End - now,
        };
    }
}
