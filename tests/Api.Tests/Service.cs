using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Logging;
using S3Auth.Infrastructure.Storage;

namespace S3Auth.Api.Tests;

/// <summary>The whole service in this process, as in development, with its log kept.</summary>
internal sealed class Service : WebApplicationFactory<Program>
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s3auth-api-").FullName;

    internal Action<IServiceCollection> Replace { get; init; } = _ => { };

    internal LogEntries Log { get; } = new();

    /// <summary>What an operator would set; what is not about limits is not limited.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Development");
        builder.UseSetting("EMBEDDED_STORE_PORT", FreePort.Next().ToString(System.Globalization.CultureInfo.InvariantCulture));
        builder.UseSetting("DATA_DIR", _folder);
        builder.UseSetting("WARM_UP", "false");
        foreach (var limit in new[]
        {
            "RATE_LIMIT_PER_MINUTE", "REQUESTS_IN_FLIGHT_PER_HOTKEY", "DAILY_LIMIT_PER_MINER", "DAILY_FILES_PER_MINER",
            "DAILY_LIMIT_PER_VALIDATOR", "TOTAL_DAILY_LIMIT",
        })
        {
            builder.UseSetting(limit, "1000000");
        }

        foreach (var (name, value) in Settings)
        {
            builder.UseSetting(name, value);
        }

        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(Log));
        builder.ConfigureTestServices(services =>
        {
            WaitLongerForStore(services);
            Replace(services);
        });
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing && Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    // The embedded store is in this process. On a busy machine, both together may take longer than the default timeout.
    private static void WaitLongerForStore(IServiceCollection services)
    {
        var registered = services.LastOrDefault(service => service.ServiceType == typeof(StorageOptions));
        if (registered?.ImplementationInstance is StorageOptions store)
        {
            services.AddSingleton(store with { Usage = store.Usage with { RequestTimeout = TimeSpan.FromMinutes(1) } });
        }
    }

    /// <summary>Posts a body just as it is.</summary>
    internal async Task<Answer> PostAsync(string path, string body, string contentType = "application/json")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await PostAsync(path, content);
    }

    internal async Task<Answer> PostAsync(string path, HttpContent content)
    {
        using var client = CreateClient();
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        return await Answer.ReadAsync(response);
    }

    internal async Task<Answer> GetAsync(string path)
    {
        using var client = CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative));
        return await Answer.ReadAsync(response);
    }

    /// <summary>Waits until the first check of the store has found that the server can grant every kind of upload.</summary>
    internal Task WaitForUploadsAsync() => Wait.UntilAsync(
        async () => (bool)(await GetAsync("/structure-info")).Json["supports_multipart_uploads"]!, "multipart uploads");

    /// <summary>A body that is good for this moment.</summary>
    internal static Dictionary<string, object?> FolderAccess(string miner = "//Bob")
    {
        using var hotkey = KeyPair.FromUri(miner);
        using var coldkey = KeyPair.FromUri(miner + "//cold");
        var timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var text = $"s3:data:access:{coldkey.AccountId}:{hotkey.AccountId}:{timestamp}";

        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["coldkey"] = coldkey.AccountId.ToString(),
            ["hotkey"] = hotkey.AccountId.ToString(),
            ["timestamp"] = timestamp,
            ["signature"] = hotkey.Sign(Encoding.UTF8.GetBytes(text)).ToString(),
        };
    }
}
