using System.Net.Sockets;

namespace S3Auth.Api.Configuration;

/// <summary>What bounds requests: how old, how many, from where.</summary>
internal sealed partial class ServiceOptionsReader
{
    private const int LeastTokenLength = 16;

    private AccessWindow ReadWindow() => AccessWindow.Default with
    {
        MaxAge = Seconds(Settings.MaxAge),
        MaxAhead = Seconds(Settings.MaxAhead),
    };

    private DailyLimits ReadDailyLimits() => new(
        Number(Settings.PerMiner),
        Number(Settings.PerValidator),
        Number(Settings.Total));

    private LimitOptions ReadLimits(ushort netuid)
    {
        RedisAddress? redis = null;
        if (Text(Settings.RedisUrl) is { } url && !RedisAddress.TryParse(url, out redis, out var problem))
        {
            // The value itself may hold a password and is not repeated.
            _problems.Add($"REDIS_URL cannot be used: {problem}.");
        }

        return new LimitOptions { Redis = redis, RedisIsRequired = Flag(Settings.RedisIsRequired), Netuid = netuid };
    }

    private Audiences ReadAudiences(Uri? publicUrl)
    {
        var own = new List<Audience>();
        foreach (var text in List(Settings.Audiences))
        {
            if (Audience.TryParse(text, out var audience))
            {
                own.Add(audience);
            }
            else
            {
                _problems.Add($"AUDIENCES holds '{text}', but must hold hosts such as s3-auth.example.com or localhost:8000, or SS58 addresses, separated by commas.");
            }
        }

        Audience? publicAudience = publicUrl is null ? null : Audience.Of(publicUrl);
        if (publicAudience is { } first)
        {
            own.Insert(0, first);
        }

        var isRequired = Flag(Settings.RequireAudience);
        if (isRequired && own.Count == 0)
        {
            _problems.Add("REQUIRE_AUDIENCE is true, but this server has no audience of its own: set PUBLIC_URL to the address that clients call, or AUDIENCES.");
        }

        return own.Count == 0 ? Audiences.Unknown : new Audiences([.. own.Distinct()], isRequired) { Public = publicAudience };
    }

    private ListingRedirect ReadListingRedirect(Uri? publicUrl)
    {
        if (!Flag(Settings.ListingRedirect))
        {
            return ListingRedirect.Off;
        }

        if (publicUrl is null)
        {
            _problems.Add("LISTING_REDIRECT is true, but PUBLIC_URL is missing: set it to the address that clients call. Listing links begin with it.");
        }

        return new ListingRedirect(publicUrl);
    }

    private SealKey? ReadSealKey()
    {
        SealKey? key = null;
        if (Text(Settings.SealKey) is { } text && !SealKey.TryParse(text, out key))
        {
            // The value is secret, so the message does not repeat it.
            _problems.Add("SEAL_KEY cannot be used: it must be 32 random bytes, as 64 hex digits or in base64; make one with: openssl rand -hex 32");
        }

        return key;
    }

    private List<IPNetwork> ReadTrustedProxies()
    {
        var networks = new List<IPNetwork>();
        foreach (var text in List(Settings.TrustedProxies))
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
        var origins = List(Settings.CorsOrigins).ToList();
        foreach (var text in origins.Where(text => text != "*"
            && !(Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && text == uri.GetLeftPart(UriPartial.Authority))))
        {
            _problems.Add($"CORS_ORIGINS holds '{text}', but must hold origins such as https://example.org, without a path, separated by commas, or *.");
        }

        return origins;
    }

    private string? ReadMetricsToken()
    {
        var token = Text(Settings.MetricsToken);
        if (token is { Length: < LeastTokenLength } || token?.Any(c => c is <= ' ' or > '~') == true)
        {
            // The value is secret, so the message does not repeat it.
            _problems.Add($"METRICS_TOKEN cannot be used: it must have at least {LeastTokenLength} characters, all of them visible ASCII.");
        }

        return token;
    }

    private string[] List(Setting setting) =>
        Text(setting)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    private bool Flag(ChoiceSetting setting)
    {
        switch (Text(setting)?.ToUpperInvariant())
        {
            case "TRUE" or "1" or "YES" or "ON":
                return true;
            case "FALSE" or "0" or "NO" or "OFF":
                return false;
            default:
                _problems.Add($"{setting.Name} must be true or false.");
                return false;
        }
    }
}
