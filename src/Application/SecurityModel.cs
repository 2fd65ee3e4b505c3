using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application;

/// <summary>
/// The security model: every signed request passes these steps in this order, and only then its handler runs.
/// <list type="number">
/// <item><see cref="Validate{TRequest, TResponse}"/>: the members are well-formed, and the timestamp is in the access window.</item>
/// <item><see cref="Audit{TRequest, TResponse}"/>: records the decision of all following steps.</item>
/// <item><see cref="Authenticate{TRequest, TResponse}"/>: the metagraph is fresh, the hotkey signed this request, and the proof is meant
/// for this server.</item>
/// <item><see cref="Authorize{TRequest, TResponse}"/>: the hotkey is registered, the named coldkey owns it, a validator has a permit and
/// enough stake, and none of the operator's access rules denies the hotkey. Other access rules permit a hotkey without registration or
/// stake.</item>
/// <item><see cref="LimitInFlight{TRequest, TResponse}"/>: the hotkey has only a few requests in flight.</item>
/// <item><see cref="RefuseReplay{TRequest, TResponse}"/>: none of the proofs was used before.</item>
/// <item><see cref="ReuseSession"/>, for temporary credentials only: answers with those of an earlier request, which costs nothing.</item>
/// <item><see cref="EnforceQuota{TRequest, TResponse}"/>: the daily quotas of the hotkey and of the server allow one more grant.</item>
/// </list>
/// A request that anyone may send passes only the first step. The handler grants access to the proved <see cref="Caller"/> only:
/// <see cref="Domain.FolderLayout"/> says to which folders, <see cref="Domain.UploadPolicy"/> what may be uploaded, and
/// <see cref="Domain.AccessWindow"/> for how long. Before these steps, the web server limits the size of requests and their rate per client
/// address.
/// </summary>
internal static class SecurityModel
{
    internal static void AddSecurityModel(this IServiceCollection services)
    {
        services.AddScoped<Caller>();
        services.AddScoped<RequestOrigin>();
        services.AddScoped<InFlightSlot>();
        services.AddScoped<ResponseMemoryLease>();
        services.AddSingleton<RequestsInFlight>();
        services.AddSingleton<RefundPolicy>();
        services.AddSingleton<PipelineMetrics>();

        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(PipelineRun<,>));

        // The steps run in the order of their registration, and only those whose constraints the request meets: all but the first require
        // an ISignedRequest.
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(Validate<,>));
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(Audit<,>));
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(Authenticate<,>));
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(Authorize<,>));
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(LimitInFlight<,>));
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(RefuseReplay<,>));
        // Transient, because it uses CallersSessions, which belongs to the request.
        services.AddTransient<IPipelineStep<GetSessionCredentialsCommand, SessionCredentials>, ReuseSession>();
        services.AddSingleton(typeof(IPipelineStep<,>), typeof(EnforceQuota<,>));
    }
}
