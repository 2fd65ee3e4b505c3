namespace S3Auth.Api.Pages;

internal static class DependencyInjection
{
    /// <summary>Adds the page at <c>/</c>.</summary>
    /// <param name="services">The services to add it to.</param>
    /// <param name="publicUrl">The address that clients use; null if the operator has not set it.</param>
    /// <param name="port">The server's port.</param>
    /// <param name="options">The other parts of the configuration that the page shows.</param>
    internal static void AddPage(this IServiceCollection services, Uri? publicUrl, int port, PageOptions options)
    {
        services.AddSingleton(new BaseUrl(publicUrl, port));
        services.AddSingleton(options);
        services.AddSingleton<Assets>();
        services.AddSingleton<HomePageRenderer>();
    }

    /// <summary>Serves the page's style, script and icon.</summary>
    internal static void MapPageAssets(this WebApplication app) => app.Services.GetRequiredService<Assets>().Map(app);
}
