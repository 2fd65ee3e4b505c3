using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace S3Auth.Api.Telemetry;

/// <summary>
/// Metrics at <c>/metrics</c>, and metrics and traces for a collector, if the operator sets OpenTelemetry's own variables. Neither contains
/// the address of an account or a client.
/// </summary>
internal static class DependencyInjection
{
    internal const string Path = "/metrics";

    private const string CollectorVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string Scheme = "Bearer ";

    // The maximum number of series of one metric; OpenTelemetry allocates them all at the start. The largest metric is the decisions: nine
    // actions with some thirty outcomes.
    private const int MaxSeries = 500;

    // Removes the tags of the framework's spans that contain the client's address, the Host header that it sent, or the path, which is
    // secret in a listing link. Keeps the route.
    private static readonly string[] RemovedTags =
    [
        "client.address", "client.port", "network.peer.address", "network.peer.port", "server.address", "server.port",
        "user_agent.original", "url.full", "url.query", "url.path",
    ];

    internal static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ApiMetrics>();
        var hasCollector = !string.IsNullOrWhiteSpace(configuration[CollectorVariable]);
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("s3auth", serviceVersion: ServiceVersion.Text))
            .WithMetrics(metrics =>
            {
                Collect(metrics.AddMeter("System.Runtime"), prefix: "");
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
                    options.EnrichWithHttpRequest = (activity, _) => RemoveTags(activity);
                    options.EnrichWithHttpResponse = (activity, _) => RemoveTags(activity);
                })
                .AddOtlpExporter());
        }
    }

    /// <summary>Adds the same instruments under other names, so that the exporters of the service do not see them.</summary>
    internal static void AddWarmUpTelemetry(this IServiceCollection services)
    {
        services.AddSingleton<ApiMetrics>();
        services.AddSingleton<IMeterFactory, WarmUpMeters>();
        services.AddSingleton(new DiagnosticListener(WarmUpMeters.Prefix + "Microsoft.AspNetCore"));
        services.AddSingleton(new ActivitySource(WarmUpMeters.Prefix + "Microsoft.AspNetCore"));
        services.AddOpenTelemetry().WithMetrics(metrics => Collect(metrics, WarmUpMeters.Prefix));
    }

    private static void Collect(MeterProviderBuilder metrics, string prefix)
    {
        var kestrel = prefix + "Microsoft.AspNetCore.Server.Kestrel";
        metrics
            .AddMeter(prefix + "S3Auth.*", prefix + "Microsoft.AspNetCore.Hosting", kestrel)
            .AddView(instrument => new MetricStreamConfiguration
            {
                CardinalityLimit = MaxSeries,
                TagKeys = instrument.Meter.Name == kestrel ? ["error.type"] : null,
            })
            .AddPrometheusExporter();
    }

    /// <summary>Serves the metrics. With a token, only for requests that have it.</summary>
    internal static void UseTelemetry(this WebApplication app, string? token)
    {
        if (token is not null)
        {
            var expected = SHA256.HashData(Encoding.UTF8.GetBytes(token));
            app.UseWhen(IsMetrics, metrics => metrics.Use((context, next) =>
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

    private static bool IsMetrics(HttpContext context) => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);

    // Compares hashes in constant time, so that the time reveals neither the token nor its length.
    private static bool IsAllowed(string? authorization, byte[] expected) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..])), expected);

    private static void RemoveTags(System.Diagnostics.Activity activity)
    {
        foreach (var tag in RemovedTags)
        {
            activity.SetTag(tag, null);
        }
    }
}
