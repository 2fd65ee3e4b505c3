using System.Text.Json;
using FluentValidation.Results;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// First step: checks members and timestamp with the validators of the command. A request that cannot succeed is refused before any
/// signature is verified.
/// </summary>
public sealed class Validate<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineStep<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    private readonly IValidator<TRequest>[] _validators = [.. validators];

    public ValueTask<TResponse> HandleAsync(
        TRequest request, Caller caller, FollowingSteps<TRequest, TResponse> next, CancellationToken cancellationToken)
    {
        List<ValidationFailure>? failures = null;
        foreach (var validator in _validators)
        {
            var result = validator.Validate(request);
            if (!result.IsValid)
            {
                (failures ??= []).AddRange(result.Errors);
            }
        }

        return failures is null ? next.RunAsync() : throw Refuse(failures);
    }

    // The refusal of a malformed request lists all its errors. Only a well-formed request is refused for its timestamp or expiry.
    private static RefusedException Refuse(List<ValidationFailure> failures)
    {
        var malformed = failures.Where(failure => CodeOf(failure) == RefusalCode.InvalidRequest).ToList();
        if (malformed.Count == 0)
        {
            return new RefusedException(CodeOf(failures[0]), failures[0].ErrorMessage);
        }

        var errors = malformed
            .GroupBy(failure => WireName(failure.PropertyName), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.Select(failure => failure.ErrorMessage).ToArray(), StringComparer.Ordinal);

        var detail = malformed.Count == 1
            ? malformed[0].ErrorMessage
            : $"Correct these members of the request: {string.Join(", ", errors.Keys)}.";

        return new RefusedException(RefusalCode.InvalidRequest, detail, errors);
    }

    private static RefusalCode CodeOf(ValidationFailure failure) =>
        failure.CustomState is RefusalCode code ? code : RefusalCode.InvalidRequest;

    private static string WireName(string property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property);
}
