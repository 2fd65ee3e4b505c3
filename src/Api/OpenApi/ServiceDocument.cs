using System.Text;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Namotion.Reflection;
using NJsonSchema;
using NJsonSchema.Generation;
using NSwag;
using NSwag.Generation.AspNetCore;

namespace S3Auth.Api.OpenApi;

/// <summary>The OpenAPI document. NSwag generates it from the controllers, the wire types and their doc comments.</summary>
internal static class ServiceDocument
{
    internal const string Path = "/openapi.json";

    private const string Description =
        "Gives time-limited access to the bucket of a Bittensor subnet. A miner signs with its hotkey and may upload into its own folder. "
        + "A validator may find and read all files. Errors are application/problem+json (RFC 9457): `detail` says what to do, and `code` "
        + "is for programs. A proof is valid once: sign each request anew. The command `s3auth sign` makes proofs. The header `RateLimit` "
        + "says how many grants are left today. The header `Retry-After` of a 429 or 503 says when to try again.";

    /// <summary>Serves the document at <see cref="Path"/>. Generating it is expensive, so the first request does it for all.</summary>
    internal static void MapServiceDocument(this WebApplication app)
    {
        // NSwag computes for seconds before it first awaits. Callers that arrive meanwhile must not block a thread each.
        var document = new SingleFlightCache<StaticContent>(
            () => Task.Run(() => MakeAsync(app.Services)), Timeout.InfiniteTimeSpan, TimeProvider.System);
        app.MapStatic(Path, () => document.GetAsync(CancellationToken.None));
    }

    private static async Task<StaticContent> MakeAsync(IServiceProvider services)
    {
        var controllers = services.GetRequiredService<IApiDescriptionGroupCollectionProvider>().ApiDescriptionGroups;
        var document = await new AspNetCoreOpenApiDocumentGenerator(Settings()).GenerateAsync(controllers);
        Describe(document);
        return await StaticContent.CompressAsync(Encoding.UTF8.GetBytes(document.ToJson()), "application/json;charset=utf-8");
    }

    private static AspNetCoreOpenApiDocumentGeneratorSettings Settings()
    {
        var schemas = new SystemTextJsonSchemaGeneratorSettings
        {
            SerializerOptions = WireJson.Default.Options,

            // 3.0, which every generator of clients reads.
            SchemaType = SchemaType.OpenApi3,
            FlattenInheritanceHierarchy = true,
            AlwaysAllowAdditionalObjectProperties = true,
            XmlDocumentationFormatting = XmlDocsFormattingMode.Markdown,
        };
        foreach (var mapper in WireSchemas.Mappers)
        {
            schemas.TypeMappers.Add(mapper);
        }

        schemas.SchemaProcessors.Add(new WireSchemas());
        var settings = new AspNetCoreOpenApiDocumentGeneratorSettings
        {
            SchemaSettings = schemas,
            UseRouteNameAsOperationId = true,
            AllowNullableBodyParameters = false,
        };
        settings.OperationProcessors.Add(new OperationDescriptions());
        settings.OperationProcessors.Add(new OperationRefusals());
        return settings;
    }

    private static void Describe(OpenApiDocument document)
    {
        document.Generator = null;
        document.OpenApi = "3.0.4";
        document.Info = new OpenApiInfo
        {
            Title = "S3Auth",
            Version = ServiceVersion.Text,
            Description = Description,
            License = new OpenApiLicense { Name = "MIT" },
        };

        // In the order in which readers need them.
        document.Tags =
        [
            new() { Name = "Miners", Description = "Upload into your own folder" },
            new() { Name = "Validators", Description = "Find, list and download the files of every miner" },
            new() { Name = "Service", Description = "Public information about this server" },
        ];

        foreach (var kind in ProofHeaders.All)
        {
            var optional = kind.SignedFor is { } name ? $" {name} is optional." : "";
            foreach (var header in kind.Required)
            {
                document.SecurityDefinitions[header] = new OpenApiSecurityScheme
                {
                    Type = OpenApiSecuritySchemeType.ApiKey,
                    In = OpenApiSecurityApiKeyLocation.Header,
                    Name = header,
                    Description = $"One of the five headers of a proof by {kind.Title}.{optional} /commitment-formats describes them.",
                };
            }
        }
    }
}
