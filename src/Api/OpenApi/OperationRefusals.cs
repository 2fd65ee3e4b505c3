using Microsoft.AspNetCore.Mvc.ModelBinding;
using Namotion.Reflection;
using NJsonSchema;
using NSwag;
using NSwag.Generation.AspNetCore;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace S3Auth.Api.OpenApi;

/// <summary>Adds the refusals that <see cref="RefusesAttribute"/> names, and the proofs that a signed operation accepts.</summary>
internal sealed class OperationRefusals : IOperationProcessor
{
    private const string ProblemMediaType = "application/problem+json";

    public bool Process(OperationProcessorContext context)
    {
        var description = ((AspNetCoreOperationProcessorContext)context).ApiDescription;
        if (description.ActionDescriptor.EndpointMetadata.OfType<RefusesAttribute>().SingleOrDefault() is not { } refuses)
        {
            return true;
        }

        var operation = context.OperationDescription.Operation;
        var request = description.ParameterDescriptions.SingleOrDefault(one => one.Source == BindingSource.Body)?.Type;
        var problems = refuses.Codes
            .Select(code => (Kind: ProblemKind.Of(code), Example: Examples.Of(Refusal.Of(code), operation.OperationId, request)));
        if (refuses.IsSigned)
        {
            var tooLarge = ProblemMiddleware.TooLargeDetail(RequestBody.LimitOf(description.ActionDescriptor.EndpointMetadata));
            problems = problems.Append((ProblemKind.TooLarge, Examples.Of(ProblemKind.TooLarge, tooLarge)));

            // Proved by the body, or by all five headers of a kind.
            operation.Security = [new OpenApiSecurityRequirement(), .. ProofHeaders.All.Select(kind => AllOf(kind.Required))];
        }

        var schema = context.SchemaGenerator.GenerateWithReference<JsonSchema>(typeof(Problem).ToContextualType(), context.SchemaResolver);
        foreach (var group in problems.GroupBy(problem => problem.Kind.Status))
        {
            var media = new OpenApiMediaType { Schema = schema };
            foreach (var (kind, example) in group)
            {
                media.Examples[kind.Code] = new OpenApiExample { Summary = kind.Title, Value = example };
            }

            operation.Responses[$"{group.Key}"] = new OpenApiResponse
            {
                Description = string.Join("; ", group.Select(problem => $"`{problem.Kind.Code}`: {problem.Kind.Title}")),
                Content = { [ProblemMediaType] = media },
            };
        }

        return true;
    }

    private static OpenApiSecurityRequirement AllOf(IEnumerable<string> headers)
    {
        var requirement = new OpenApiSecurityRequirement();
        foreach (var header in headers)
        {
            requirement[header] = [];
        }

        return requirement;
    }
}
