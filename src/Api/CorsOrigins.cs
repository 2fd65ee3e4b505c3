namespace S3Auth.Api;

/// <summary>Pages of other origins may call from a browser where the operator names them, and nowhere else (CORS).</summary>
internal static class CorsOrigins
{
    internal static void AddCorsOrigins(this IServiceCollection services, IReadOnlyList<string> origins)
    {
        if (origins.Count > 0)
        {
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
                .WithOrigins([.. origins])
                .WithMethods(HttpMethods.Get, HttpMethods.Post)
                .WithHeaders(["Content-Type", RequestId.Header, .. TaoHeaders.Names])
                .WithExposedHeaders(RequestId.Header, "RateLimit", "RateLimit-Policy", "Retry-After")));
        }
    }

    internal static void UseCorsOrigins(this WebApplication app, IReadOnlyList<string> origins)
    {
        if (origins.Count > 0)
        {
            app.UseCors();
        }
    }
}
