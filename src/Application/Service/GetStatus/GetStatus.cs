namespace S3Auth.Application.Service;

/// <summary>Asks for the state of the service and its recent activity. Anyone may ask.</summary>
public sealed record GetStatusQuery : IRequest<Status>;

/// <summary>Combines what the readers return. Each of them caches what is expensive to find out.</summary>
internal sealed class GetStatusHandler(
    HealthReader health,
    ReadinessReader readiness,
    RateLimitReader limits,
    ActivityCount activity,
    StorageCount storage,
    IMetagraph metagraph,
    SubnetRules rules)
    : IRequestHandler<GetStatusQuery, Status>
{
    public async Task<Status> Handle(GetStatusQuery request, CancellationToken cancellationToken)
    {
        var healthNow = health.ReadAsync(cancellationToken);
        var limitsNow = limits.ReadAsync(cancellationToken);
        var storageNow = storage.GetAsync(cancellationToken);
        var activityNow = activity.GetAsync(cancellationToken);
        await Task.WhenAll(healthNow, limitsNow, storageNow, activityNow);
        var missing = readiness.Read().Failing;

        return new Status
        {
            Version = ServiceVersion.Text,
            Problems = [.. Problems(await healthNow, missing, await limitsNow)],
            Health = await healthNow,
            CanSign = !missing.ContainsKey(Readiness.Credentials),
            Validators = metagraph.Current?.Neurons.Count(rules.IsValidator),
            MinValidatorStake = rules.MinValidatorStake.ToDecimal(),
            RateLimits = await limitsNow,
            Activity = await activityNow,
            Storage = await storageNow,
        };
    }

    private static IEnumerable<string> Problems(Health health, IReadOnlyDictionary<string, string> missing, RateLimits limits)
    {
        if (missing.ContainsKey(Readiness.Process))
        {
            yield return "This instance is stopping. It finishes its requests; other instances answer new ones.";
        }

        if (missing.ContainsKey(Readiness.Credentials))
        {
            yield return "The server has no credentials for the object store. It refuses signed requests until it has some.";
        }

        if (missing.ContainsKey(Readiness.Metagraph))
        {
            yield return health.MetagraphSyncer.AgeSeconds is { } age
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"The metagraph is {age} s old, which is too old. The server refuses signed requests until it reads the chain again.")
                : "The server has not read the chain yet. It refuses signed requests until it does.";
        }

        if (health.Store.Problem is { } refusal)
        {
            yield return refusal;
        }
        else if (!health.S3Ok)
        {
            yield return "The object store does not answer. Listings fail; uploads and downloads may fail too.";
        }

        if (health.Store.PublicEndpointProblem is { } endpoint)
        {
            yield return endpoint;
        }

        if (health.Store.PostProblem is { } form)
        {
            yield return form;
        }

        if (health.Store.PutProblem is { } put)
        {
            yield return put;
        }

        if (health.Store.SessionProblem is { } session)
        {
            yield return session;
        }

        if (health.Store.FurtherFailures is [_, ..] failures)
        {
            yield return $"The check of the object store failed for {string.Join(", ", failures)}. The operator should run "
                + "`S3Auth.Api doctor`, which says what to do.";
        }

        if (health.RedisOk is false)
        {
            yield return "Redis does not answer. Each instance counts grants and used proofs on its own; "
                + "with REDIS_REQUIRED=true it refuses signed requests.";
        }

        if (health.AccessRulesProblem is { } access)
        {
            yield return access;
        }

        if (!health.AuditOk)
        {
            yield return "The server cannot write audit records. The operator should check the disk and the log.";
        }

        if (limits.RemainingToday == 0)
        {
            yield return "All of today's grants are used. The count is reset at 00:00 UTC.";
        }
    }
}
