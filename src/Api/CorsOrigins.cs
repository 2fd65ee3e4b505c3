namespace S3Auth.Api;

/// <summary>CORS: lets pages of the origins that the operator names call the API from a browser.</summary>
internal static class CorsOrigins
{
    // Epistula clients send them. The server ignores them, but a browser asks before it sends them.
    private static readonly string[] IgnoredHeaders =
        ["Epistula-Secret-Signature-0", "Epistula-Secret-Signature-1", "Epistula-Secret-Signature-2"];

    internal static void AddCorsOrigins(this IServiceCollection services, IReadOnlyList<string> origins)
    {
        if (origins.Count > 0)
        {
            services.AddCors(cors => cors.AddDefaultPolicy(policy => policy
                .WithOrigins([.. origins])
                .WithMethods(HttpMethods.Get, HttpMethods.Post)
                .WithHeaders(["Content-Type", RequestId.Header, .. ProofHeaderReader.Names, .. IgnoredHeaders])
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
