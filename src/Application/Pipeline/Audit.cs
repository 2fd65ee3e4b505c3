using System.Text.Json;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// Second step: records the decision of the steps that follow. A grant is recorded before the response is sent. A request that
/// <see cref="Validate{TRequest, TResponse}"/> refuses is not recorded, because it does not reliably name a caller.
/// </summary>
public sealed class Audit<TRequest, TResponse>(IAuditLog log, PipelineMetrics metrics, TimeProvider time)
    : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>, ISignedRequest
{
    private const string Suffix = "Command";

    private static readonly string Action = JsonNamingPolicy.SnakeCaseLower.ConvertName(
        typeof(TRequest).Name.EndsWith(Suffix, StringComparison.Ordinal) ? typeof(TRequest).Name[..^Suffix.Length] : typeof(TRequest).Name);

    private static readonly string[] Kinds =
        [.. Enum.GetNames<ProofKind>().Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)];

    public async ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(caller);

        TResponse response;
        try
        {
            response = await next.RunAsync();
        }
        catch (Exception failure)
        {
            Record(request, caller, failure switch
            {
                RefusedException refused => Refusal.Of(refused.Code).Name,
                OperationCanceledException => "cancelled",
                _ => "internal_error",
            });
            throw;
        }

        // A response that does not describe its grant cannot be recorded, so it is not sent.
        if (response is not IGranted answer)
        {
            throw new InvalidOperationException($"{typeof(TResponse).Name} does not implement IGranted.");
        }

        Record(request, caller, "granted", answer.Granted);
        return response;
    }

    private void Record(TRequest request, Caller caller, string decision, GrantedAccess? granted = null)
    {
        metrics.Decided(Action, decision);
        log.Record(new AuditRecord
        {
            Time = time.GetUtcNow(),
            RequestId = caller.Origin.RequestId,
            Action = Action,
            Decision = decision,
            Hotkey = request.Claimant,
            Role = request.Role,
            Proved = caller.IsProved,
            Coldkey = caller.IsProved ? caller.Coldkey : request.NamedColdkey,
            Uid = caller.IsProved ? caller.Uid : null,
            Proof = NameOf(caller.IsProved ? caller.Proofs : request.Proofs),
            ClientAddress = caller.Origin.ClientAddress,
            Granted = granted,
        });
    }

    private static string NameOf(IReadOnlyList<Proof> proofs) =>
        proofs is [var only] ? NameOf(only) : string.Join('+', proofs.Select(NameOf));

    private static string NameOf(Proof proof) => Kinds[(int)proof.Kind];
}
