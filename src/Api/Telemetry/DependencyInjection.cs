using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace S3Auth.Api.Telemetry;

/// <summary>
/// Metrics for whoever asks <c>/metrics</c>, and metrics and traces for a collector where one is configured, by OpenTelemetry's own
/// variables. Neither carries an address of an account or a client.
/// </summary>
internal static class DependencyInjection
{
    internal const string Path = "/metrics";

    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Scheme = "Bearer ";

    // Of one metric: room for each is taken at the start. The most are decisions, of nine actions and some thirty outcomes.
    private const int MostSeries = 500;

    // Tags of the framework's spans with the client, the Host header that it chose, and the path (the route stays): the path of a listing
    // link is its permission.
    private static readonly string[] AddressTags =
        ["client.address", "client.port", "network.peer.address", "network.peer.port", "server.address", "server.port", "user_agent.original", "url.full", "url.query", "url.path"];

    internal static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ApiMetrics>();
        var hasCollector = !string.IsNullOrWhiteSpace(configuration[CollectorVariable]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("s3auth", serviceVersion: ServiceVersion.Text))
            .WithMetrics(metrics =>
            {
                metrics
                    .AddMeter("S3Auth.*", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                    .AddView(instrument => new MetricStreamConfiguration
                    {
                        CardinalityLimit = MostSeries,
                        TagKeys = instrument.Meter.Name == "Microsoft.AspNetCore.Server.Kestrel" ? ["error.type"] : null,
                    })
                    .AddPrometheusExporter();
                if (hasCollector)
                {
                    metrics.AddOtlpExporter();
                }
            });
        if (hasCollector)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(ActivitySources.Name)
                .AddAspNetCoreInstrumentation(options =>
                {
                    options.EnrichWithHttpRequest = (activity, _) => Forget(activity);
                    options.EnrichWithHttpResponse = (activity, _) => Forget(activity);
                })
                .AddOtlpExporter());
        }
    }

    /// <summary>The metrics, for everyone or for who has the token.</summary>
    internal static void UseTelemetry(this WebApplication app, string? token)
    {
        if (token is not null)
        {
            var expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));
            app.UseWhen(context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase), metrics => metrics.Use((context, next) =>
            {
                if (IsAllowed(context.Request.Headers.Authorization, expected))
                {
                    return next(context);
                }

                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return Task.CompletedTask;
            }));
        }

        app.UseOpenTelemetryPrometheusScrapingEndpoint(Path);
    }

    // Both hashed: neither the token nor its length shows in how long this takes.
    private static bool IsAllowed(string? authorization, byte[] expected) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..])), expected);

    private static void Forget(System.Diagnostics.Activity activity)
    {
        foreach (var tag in AddressTags)
        {
            activity.SetTag(tag, null);
        }
    }
}
