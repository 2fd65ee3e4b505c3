using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.WebUtilities;
using NSwag;
using NSwag.Generation.AspNetCore;
using NSwag.Generation.Processors;
using NSwag.Generation.Processors.Contexts;

namespace S3Auth.Api.OpenApi;

/// <summary>Adds tags, media types and examples to each operation.</summary>
internal sealed class OperationDescriptions : IOperationProcessor
{
    private const string Json = "application/json";

    public bool Process(OperationProcessorContext context)
    {
        var operation = context.OperationDescription.Operation;
        var description = ((AspNetCoreOperationProcessorContext)context).ApiDescription;

        operation.Description = Text.Unwrap(operation.Description);
        operation.Tags = [.. description.ActionDescriptor.EndpointMetadata.OfType<ITagsMetadata>().SelectMany(one => one.Tags)];
        operation.Consumes.Clear();
        operation.Produces.Clear();
        foreach (var parameter in operation.Parameters)
        {
            parameter.Position = null;
        }

        DescribeRequest(operation, description.ParameterDescriptions.FirstOrDefault()?.Type);
        foreach (var response in description.SupportedResponseTypes)
        {
            DescribeResponse(operation, response.StatusCode, response.Type);
        }

        return true;
    }

    private static void DescribeRequest(OpenApiOperation operation, Type? type)
    {
        if (operation.RequestBody is { } body && type is not null)
        {
            // NSwag would name the body after the parameter of the controller's method.
            body.Name = null;
            body.Position = null;
            body.Description = null;
            var schema = body.Content.Values.First().Schema;
            body.Content.Clear();
            body.Content[Json] = new OpenApiMediaType { Schema = schema, Example = Examples.Find(type.Name) };
        }
    }

    private static void DescribeResponse(OpenApiOperation operation, int status, Type? type)
    {
        var response = operation.Responses[$"{status}"];
        response.Description = ReasonPhrases.GetReasonPhrase(status);
        response.IsNullableRaw = null;
        if (type is null || response.Content.Values.FirstOrDefault()?.Schema is not { } schema)
        {
            return;
        }

        response.Content.Clear();
        response.Content[Json] = new OpenApiMediaType
        {
            Schema = schema,
            Example = Examples.Find(status == StatusCodes.Status200OK ? type.Name : $"{type.Name}.{status}"),
        };
    }
}
