using System.Text.Json;
using FluentValidation.Results;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// First step: shape and freshness, by the validators that stand beside each command. Nothing is looked up and nothing is
/// verified for a request that could not be granted anyway.
/// </summary>
public sealed class Validate<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators) : IPipelineBehavior<TRequest, TResponse>
    where TRequest : IRequest<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        ArgumentNullException.ThrowIfNull(next);

        List<ValidationFailure>? failures = null;
        foreach (var validator in validators)
        {
            var result = validator.Validate(request);
            if (!result.IsValid)
            {
                (failures ??= []).AddRange(result.Errors);
            }
        }

        return failures is null ? next() : throw Refuse(failures);
    }

    // A malformed request is told everything that is wrong with it. Only of a well-formed one is it said that it comes too late.
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
