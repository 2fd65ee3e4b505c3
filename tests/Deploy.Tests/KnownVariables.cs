using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;

namespace S3Auth.Deploy.Tests;

/// <summary>The variables that the service reads, and what it makes of them: by its own reader.</summary>
internal static class KnownVariables
{
    // Of the runtime itself: never read by the service.
    private const string Diagnostics = "DOTNET_EnableDiagnostics";

    internal static IReadOnlySet<string> All { get; } = Settings.All.Select(setting => setting.Name)
        .Concat(Settings.ReadByLibraries.SelectMany(library => library.Names))
        .Append(Diagnostics)
        .ToHashSet(StringComparer.Ordinal);

    internal static (ServiceOptions Options, IReadOnlyList<string> WithoutEffect) Read(IReadOnlyDictionary<string, string> variables)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(variables.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)))
            .Build();
        var reader = new ServiceOptionsReader(
            configuration,
            new Environment(variables.GetValueOrDefault("ASPNETCORE_ENVIRONMENT", Environments.Production)));
        return (reader.Read(), reader.WithoutEffect);
    }

    private sealed class Environment(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "S3Auth";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
