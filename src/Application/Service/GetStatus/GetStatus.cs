namespace S3Auth.Application.Service;

/// <summary>Anyone asks how the service is and what it has done lately.</summary>
public sealed record GetStatusQuery : IRequest<Status>;

/// <summary>Puts together what others tell; of what costs something to know, each of them bounds how often it is looked at.</summary>
internal sealed class GetStatusHandler(
    IRequestHandler<GetHealthQuery, Health> health,
    IRequestHandler<GetReadinessQuery, Readiness> readiness,
    IRequestHandler<GetRateLimitsQuery, RateLimits> limits,
    ActivityCount activity,
    StorageCount storage,
    IMetagraph metagraph,
    SubnetRules rules)
    : IRequestHandler<GetStatusQuery, Status>
{
    public async Task<Status> Handle(GetStatusQuery request, CancellationToken cancellationToken)
    {
        var healthNow = health.Handle(new GetHealthQuery(), cancellationToken);
        var limitsNow = limits.Handle(new GetRateLimitsQuery(), cancellationToken);
        var storageNow = storage.AskAsync(cancellationToken);
        var activityNow = activity.AskAsync(cancellationToken);
        await Task.WhenAll(healthNow, limitsNow, storageNow, activityNow);
        var missing = (await readiness.Handle(new GetReadinessQuery(), cancellationToken)).Failing;

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
            yield return "This instance was told to stop: it ends what it has begun, and others answer.";
        }

        if (missing.ContainsKey(Readiness.Credentials))
        {
            yield return "This server has nothing to sign with: signed requests are refused until it has the store's keys.";
        }

        if (missing.ContainsKey(Readiness.Metagraph))
        {
            yield return health.MetagraphSyncer.AgeSeconds is { } age
                ? string.Create(CultureInfo.InvariantCulture, $"The chain's last answer is {age} s old, too old to decide on: signed requests are refused until a node answers.")
                : "The chain has not answered yet: signed requests are refused until it does.";
        }

        if (health.Store.Problem is { } refusal)
        {
            yield return refusal;
        }
        else if (!health.S3Ok)
        {
            yield return "The object store does not answer this server: uploads and downloads that were granted may fail, and listings do.";
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

        if (health.RedisOk is false)
        {
            yield return "Redis does not answer: used proofs and grants are not counted together by all instances, and where the operator wants that, signed requests are refused.";
        }

        if (!health.AuditOk)
        {
            yield return "Decisions cannot be recorded: the operator should look at the disk and the log.";
        }

        if (limits.RemainingToday == 0)
        {
            yield return "All of today's grants have been given: there are new ones after 00:00 UTC.";
        }
    }
}
