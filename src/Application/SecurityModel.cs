using Microsoft.Extensions.DependencyInjection;

namespace S3Auth.Application;

/// <summary>
/// The security model: every request passes these steps in this order, and no handler is reached another way.
/// <list type="number">
/// <item><see cref="Validate{TRequest, TResponse}"/>: its shape is right and its moment lies within the access window (by default 300 s back,
/// 60 s ahead). Addresses and signatures were parsed before: text that is none has no way in.</item>
/// <item><see cref="Audit{TRequest, TResponse}"/>: stands around all that follows and records what is decided, about whom.</item>
/// <item><see cref="Authenticate{TRequest, TResponse}"/>: the chain's answer is fresh enough to decide on; the hotkey signed this
/// very request (with a commitment, with Tao v2 headers, or with both); the proof is meant for this server; the hotkey is registered; the coldkey it names owns it; a validator has permit and stake.</item>
/// <item><see cref="LimitInFlight{TRequest, TResponse}"/>: the hotkey has only a few requests in flight, each until its answer is written.</item>
/// <item><see cref="RefuseReplay{TRequest, TResponse}"/>: none of its proofs was used before.</item>
/// <item><see cref="Count{TRequest, TResponse}"/>: the hotkey has a grant left today, and so has everyone together.</item>
/// </list>
/// Then the handler runs, for the <see cref="Caller"/> that was proved and nobody else. What it grants is bound to that caller by
/// <see cref="Domain.FolderLayout"/> (which folders are whose), <see cref="Domain.UploadPolicy"/> (what may be uploaded there) and
/// <see cref="Domain.AccessWindow"/> (for how long). Before all of this, and before any signature is looked at, the server refuses what
/// comes too fast from one address, or is too large.
/// </summary>
internal static class SecurityModel
{
    internal static void AddSecurityModel(this IServiceCollection services)
    {
        services.AddScoped<Caller>();
        services.AddScoped<Origin>();
        services.AddScoped<QuotaUse>();
        services.AddScoped<InFlightTurn>();
        services.AddScoped<AnswerLease>();
        services.AddSingleton<RequestsInFlight>();
        services.AddSingleton<Refunds>();
        services.AddSingleton<PipelineMetrics>();

        // The container runs behaviours in the order of their registration, and leaves out those whose constraints a request
        // does not meet: all but the first take every ISignedRequest.
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Validate<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Audit<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Authenticate<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(LimitInFlight<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(RefuseReplay<,>));
        services.AddTransient(typeof(IPipelineBehavior<,>), typeof(Count<,>));
    }
}
