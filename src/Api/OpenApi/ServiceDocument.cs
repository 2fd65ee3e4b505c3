using System.Text;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace S3Auth.Api.OpenApi;

/// <summary>The OpenAPI document: what the framework finds in the controllers, and what it cannot know of the wire.</summary>
internal static class ServiceDocument
{
    internal const string Path = "/openapi.json";

    private const string DocumentName = "v1";

    private const string ProblemMediaType = "application/problem+json";

    // Values that are one string on the wire: described where they stand, not as types of their own.
    private static readonly Dictionary<Type, string> Patterns = new()
    {
        [typeof(AccountId)] = "^5[1-9A-HJ-NP-Za-km-z]{47}$",
        [typeof(Sr25519Signature)] = "^(0x)?(01)?[0-9a-fA-F]{128}$",
        [typeof(Source)] = "^[a-z0-9][a-z0-9_-]{0,31}$",
        [typeof(FileName)] = "^[^/\\\\]{1,255}$",
        [typeof(JobId)] = "^[A-Za-z0-9._-]{1,128}$",
        [typeof(ListingTarget)] = "^[A-Za-z0-9_-]+$",
        [typeof(Audience)] = "^[A-Za-z0-9._:\\[\\]-]{1,259}$",
    };

    internal static void AddServiceDocument(this IServiceCollection services) => services.AddOpenApi(DocumentName, options =>
    {
        // 3.0, which every generator of clients reads.
        options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_0;
        options.CreateSchemaReferenceId = type => Patterns.ContainsKey(ValueOf(type.Type)) ? null : OpenApiOptions.CreateDefaultSchemaReferenceId(type);
        options.AddSchemaTransformer(DescribeValues);
        options.AddOperationTransformer(DescribePathsAsync);
        options.AddOperationTransformer(AddExamplesAsync);
        options.AddOperationTransformer(AddRefusalsAsync);
        options.AddDocumentTransformer(DescribeServiceAsync);
    });

    /// <summary>
    /// Serves the document at <see cref="Path"/>. Generating it costs more than checking a signature, so it is generated once.
    /// </summary>
    internal static void MapServiceDocument(this WebApplication app)
    {
        var document = new SingleFlightCache<StaticContent>(() => MakeAsync(app.Services), Timeout.InfiniteTimeSpan, TimeProvider.System);
        app.MapStatic(Path, () => document.GetAsync(CancellationToken.None));
    }

    private static async Task<StaticContent> MakeAsync(IServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var document = await scope.ServiceProvider.GetRequiredKeyedService<IOpenApiDocumentProvider>(DocumentName).GetOpenApiDocumentAsync();
        var json = await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_0);
        return await StaticContent.CompressAsync(Encoding.UTF8.GetBytes(json), "application/json;charset=utf-8");
    }

    private static Task DescribeServiceAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info = new OpenApiInfo
        {
            Title = "S3Auth",
            Version = ServiceVersion.Text,
            Description =
                "Hands out time-limited access to a Bittensor subnet's bucket: a miner proves with its hotkey who it is and may upload into its own folder; "
                + "a validator may find and read everything. Errors are application/problem+json (RFC 9457): `detail` says what to do, `code` is for programs. "
                + "A proof is good once: sign each request anew. The header `RateLimit` of an answer says how many grants are left today, `Retry-After` of a 429 or 503 when to ask again.",
            License = new OpenApiLicense { Name = "MIT" },
        };

        // In the order in which a reader needs them.
        document.Tags = new HashSet<OpenApiTag>
        {
            new() { Name = "Miners", Description = "Upload into your own folder" },
            new() { Name = "Validators", Description = "Find, list and download every miner's files" },
            new() { Name = "Service", Description = "What anyone may ask" },
        };

        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
        foreach (var header in TaoHeaders.Names)
        {
            document.Components.SecuritySchemes[header] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.ApiKey,
                In = ParameterLocation.Header,
                Name = header,
                Description = "One of the five headers of a Tao v2 proof; /commitment-formats tells what each holds.",
            };
        }

        // Relative to wherever this document is read from, also behind a proxy.
        document.Servers = [];
        return Task.CompletedTask;
    }

    private static Task DescribeValues(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = ValueOf(context.JsonTypeInfo.Type);
        var orNull = IsAnsweredWithNull(context.JsonPropertyInfo) ? JsonSchemaType.Null : default;
        if (Patterns.TryGetValue(type, out var pattern))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Pattern = pattern;
        }
        else if (type == typeof(long))
        {
            schema.Type = JsonSchemaType.Integer | orNull;
            schema.Format = "int64";
        }
        else if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String | orNull;
            schema.Format = "date-time";
        }

        return Task.CompletedTask;
    }

    // Elsewhere what is null is left out.
    private static bool IsAnsweredWithNull(JsonPropertyInfo? property) =>
        property is not null
        && Nullable.GetUnderlyingType(property.PropertyType) is not null
        && property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.Never }];

    private static Type ValueOf(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    // Bound by binders of our own, of which the framework knows no more than that they read text.
    private static Task DescribePathsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in context.Description.ParameterDescriptions.Where(one => one.Source == BindingSource.Path))
        {
            if (Patterns.TryGetValue(parameter.ParameterDescriptor.ParameterType, out var pattern))
            {
                ((OpenApiSchema)operation.Parameters!.Single(one => one.Name == parameter.Name).Schema!).Pattern = pattern;
            }
        }

        return Task.CompletedTask;
    }

    private static Task AddExamplesAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in context.Description.ParameterDescriptions)
        {
            if (operation.RequestBody?.Content is { } content && Examples.ByType.TryGetValue(parameter.Type, out var example))
            {
                // The formatter reads any JSON; the document needs to name one type.
                var schema = content.Values.First().Schema;
                content.Clear();
                content["application/json"] = new OpenApiMediaType { Schema = schema, Example = example.DeepClone() };
            }
        }

        foreach (var response in context.Description.SupportedResponseTypes)
        {
            if (response.Type is { } type
                && Examples.ByType.TryGetValue(type, out var example)
                && operation.Responses?.GetValueOrDefault($"{response.StatusCode}") is OpenApiResponse described)
            {
                var schema = described.Content?.Values.FirstOrDefault()?.Schema;
                described.Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/json"] = new() { Schema = schema, Example = Adapt(example.DeepClone(), response.StatusCode) },
                };
            }
        }

        return Task.CompletedTask;
    }

    // The one response with two statuses: what is not ready says so.
    private static JsonNode Adapt(JsonNode example, int status)
    {
        if (status == StatusCodes.Status503ServiceUnavailable)
        {
            example["status"] = "not_ready";
            example["failing"] = new JsonObject { ["metagraph"] = "There is no metagraph that is fresh enough to decide on." };
        }

        return example;
    }

    private static async Task AddRefusalsAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<RefusesAttribute>().SingleOrDefault() is not { } refuses)
        {
            return;
        }

        if (refuses.IsSigned)
        {
            // Proved by its body, or by all of the headers.
            operation.Security = [new OpenApiSecurityRequirement(), new OpenApiSecurityRequirement()];
            foreach (var header in TaoHeaders.Names)
            {
                operation.Security[1].Add(new OpenApiSecuritySchemeReference(header, context.Document), []);
            }
        }

        var schema = await context.GetOrCreateSchemaAsync(typeof(Problem), parameterDescription: null, cancellationToken);
        context.Document?.AddComponent(nameof(Problem), schema);

        var request = context.Description.ParameterDescriptions.Single().Type;
        var refusals = refuses.Codes
            .Select(code => (Kind: ProblemKind.Of(code), Example: Examples.Of(code, request)));
        if (refuses.IsSigned)
        {
            var limit = RequestBody.LimitOf(context.Description.ActionDescriptor.EndpointMetadata);
            refusals = refusals.Append((Kind: ProblemKind.TooLarge, Example: Examples.Of(ProblemKind.TooLarge, ProblemMiddleware.TooLargeDetail(limit))));
        }

        foreach (var group in refusals.GroupBy(refusal => refusal.Kind.Status))
        {
            var examples = group.ToDictionary(
                refusal => refusal.Kind.Code,
                IOpenApiExample (refusal) => new OpenApiExample { Summary = refusal.Kind.Title, Value = refusal.Example },
                StringComparer.Ordinal);

            operation.Responses ??= [];
            operation.Responses[$"{group.Key}"] = new OpenApiResponse
            {
                Description = string.Join("; ", group.Select(refusal => $"`{refusal.Kind.Code}`: {refusal.Kind.Title}")),
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    [ProblemMediaType] = new() { Schema = new OpenApiSchemaReference(nameof(Problem), context.Document), Examples = examples },
                },
            };
        }
    }
}
