namespace S3Auth.Api.Pages;

internal static class DependencyInjection
{
    /// <summary>The page at <c>/</c>.</summary>
    /// <param name="services">Where to.</param>
    /// <param name="publicUrl">Where clients reach the API; null where the operator does not say.</param>
    /// <param name="port">The port that it listens on.</param>
    internal static void AddPage(this IServiceCollection services, Uri? publicUrl, int port)
    {
        services.AddSingleton(new BaseUrl(publicUrl, port));
        services.AddSingleton<Assets>();
        services.AddSingleton<HomePageRenderer>();
    }

    /// <summary>What the page is shown with.</summary>
    internal static void MapPageAssets(this WebApplication app) => app.Services.GetRequiredService<Assets>().Map(app);
}
