using System.Net;
using System.Net.Sockets;
using S3Auth.Domain;
using S3Auth.Infrastructure.Limits;

namespace S3Auth.Api.Configuration;

/// <summary>What bounds requests: how old, how many, from where.</summary>
internal sealed partial class ServiceOptionsReader
{
    private const int LeastTokenLength = 16;

    private AccessWindow ReadWindow() => AccessWindow.Default with
    {
        Back = TimeSpan.FromSeconds(Number("TIMESTAMP_MAX_AGE", 300, 1, 3600)),
        Ahead = TimeSpan.FromSeconds(Number("TIMESTAMP_MAX_AHEAD", 60, 0, 3600)),
    };

    private DailyLimits ReadDailyLimits() => new(
        Number("DAILY_LIMIT_PER_MINER", (int)DailyLimits.Default.PerMiner, 0, int.MaxValue),
        Number("DAILY_LIMIT_PER_VALIDATOR", (int)DailyLimits.Default.PerValidator, 0, int.MaxValue),
        Number("TOTAL_DAILY_LIMIT", (int)DailyLimits.Default.Total, 0, int.MaxValue));

    private LimitOptions ReadLimits(ushort netuid)
    {
        RedisAddress? redis = null;
        if (Text("REDIS_URL") is { } url && !RedisAddress.TryParse(url, out redis))
        {
            // The value itself may hold a password and is not repeated.
            _problems.Add("REDIS_URL cannot be used: write it as redis://host:port, rediss://user:password@host:port or redis://host:port/database.");
        }

        return new LimitOptions { Redis = redis, RedisIsRequired = Flag("REDIS_REQUIRED"), Netuid = netuid };
    }

    private List<IPNetwork> ReadTrustedProxies()
    {
        var networks = new List<IPNetwork>();
        foreach (var text in List("TRUSTED_PROXIES"))
        {
            if (IPNetwork.TryParse(text, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(text, out var address) && address.ToString() == text)
            {
                networks.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            }
            else
            {
                _problems.Add($"TRUSTED_PROXIES holds '{text}', but must hold networks such as 10.0.0.0/8, fd00::/8 or 192.0.2.7, separated by commas.");
            }
        }

        return networks;
    }

    private List<string> ReadCorsOrigins()
    {
        var origins = List("CORS_ORIGINS").ToList();
        foreach (var text in origins.Where(text => text != "*"
            && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && text == uri.GetLeftPart(UriPartial.Authority))))
        {
            _problems.Add($"CORS_ORIGINS holds '{text}', but must hold origins such as https://example.org, without a path, separated by commas, or *.");
        }

        return origins;
    }

    private string? ReadMetricsToken()
    {
        var token = Text("METRICS_TOKEN");
        if (token is { Length: < LeastTokenLength } || token?.Any(c => c is <= ' ' or > '~') == true)
        {
            // The value is a secret and is not repeated.
            _problems.Add($"METRICS_TOKEN cannot be used: it must have at least {LeastTokenLength} characters, all of them visible ASCII.");
        }

        return token;
    }

    private string[] List(string name) =>
        Text(name)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private bool Flag(string name)
    {
        switch (Text(name)?.ToUpperInvariant())
        {
            case "TRUE" or "1" or "YES":
                return true;
            case null or "FALSE" or "0" or "NO":
                return false;
            default:
                _problems.Add($"{name} must be true or false.");
                return false;
        }
    }
}
