using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace S3Auth.Api.Configuration;

/// <summary>The formats of settings.</summary>
internal static partial class SettingFormats
{
    /// <summary>The value of <c>BT_NETWORK</c> that stands for a metagraph from a file instead of a chain.</summary>
    internal const string StaticNetwork = "static";

    private const int MinTokenLength = 16;
    private const int MaxArnLength = 2048;

    // Decimal units are left out: MB means 1,000,000 bytes to some and 1,048,576 to others.
    private static readonly (string Name, long Bytes)[] Units = [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30)];

    internal delegate bool TryParser<T>(string text, [MaybeNullWhen(false)] out T value);

    internal static SettingFormat<bool> Flag { get; } = Choice(
        [("true", true), ("false", false)],
        synonyms: [("1", true), ("yes", true), ("on", true), ("0", false), ("no", false), ("off", false)]);

    /// <summary>The names of .NET, and those of Python's logging, which older deployments use.</summary>
    internal static SettingFormat<LogLevel> LogLevels { get; } = Choice(
        Enum.GetValues<LogLevel>().Select(level => (level.ToString(), level)),
        synonyms: [("INFO", LogLevel.Information), ("WARN", LogLevel.Warning), ("FATAL", LogLevel.Critical), ("NOTSET", LogLevel.Trace)]);

    internal static SettingFormat<string> File { get; } = new("a file", text => text);

    internal static SettingFormat<string> WritableFolder { get; } = new("a writable folder", Path.GetFullPath);

    internal static SettingFormat<ChainNetwork?> Network { get; } = new(
        $"{string.Join(", ", ChainNetwork.Names.Append(StaticNetwork).Select(name => $"`{name}`"))}, or nodes: `wss://node-1,wss://node-2`",
        ParseNetwork);

    internal static SettingFormat<MetagraphHead> Head { get; } = Of<MetagraphHead>(
        $"`finalized`, or `best-N` with N from 0 to {MetagraphHead.MaxBlocksBehindBest}",
        $"it must be finalized, or best-N with N from 0 to {MetagraphHead.MaxBlocksBehindBest}, such as best-10",
        MetagraphHead.TryParse);

    internal static SettingFormat<AlphaAmount> Stake { get; } = Of<AlphaAmount>(
        "alpha, such as `20000` or `0.5`", "it must be an amount of alpha such as 20000 or 0.5", TryParseAlpha);

    /// <summary>Whether miners may read, too.</summary>
    internal static SettingFormat<bool> Readers { get; } = Choice(
        [("validators", false), ("validators,miners", true)],
        synonyms: [("validators, miners", true), ("miners,validators", true), ("miners, validators", true)]);

    internal static SettingFormat<LayoutTemplate> Layout { get; } = new(
        $"{string.Join(", ", LayoutTemplate.Named.Select(named => $"`{named.Name}`"))}, or a template such as `weights/{{hotkey}}/`",
        text => LayoutTemplate.TryParse(text, out var template, out var problem) ? template : throw new FormatException(problem));

    internal static SettingFormat<string> Bucket { get; } = Text(
        "a bucket's name: 3 to 63 lowercase letters, digits, `-`, `.`",
        "a bucket's name is 3 to 63 lowercase letters, digits, '-' and '.'",
        BucketName.IsValid);

    internal static SettingFormat<string> Region { get; } = Text(
        "a region", "a region is lowercase letters, digits and '-'", text => RegionName().IsMatch(text));

    internal static SettingFormat<string> RoleArn { get; } = Text(
        "`arn:aws:iam::123456789012:role/s3auth-sessions`",
        $"write it as arn:aws:iam::123456789012:role/name, without spaces, in at most {MaxArnLength} characters",
        text => text.Length <= MaxArnLength && text.StartsWith("arn:", StringComparison.Ordinal) && text.All(c => c is > ' ' and <= '~'));

    internal static SettingFormat<Uri> StoreEndpoint { get; } = Url(
        "`http(s)://host:port`", "write it as http://host:port or https://host, without user, query and fragment", S3Endpoint.IsUsable);

    internal static SettingFormat<Uri> ProjectUrl { get; } = Url(
        "`https://github.com/example/s3auth/tree/main`",
        "write it as https://host/path, without user, query and fragment",
        BaseUrl.IsUsable);

    internal static SettingFormat<Uri> ToolUrl { get; } = Url(
        "`https://downloads.example.com/s3auth`",
        "write it as https://host/path, without user, query and fragment",
        BaseUrl.IsUsable);

    internal static SettingFormat<Uri> PublicUrl { get; } = Url(
        "`https://s3-auth.example.com`",
        "write it as https://host or http://host:port/path, without user, query and fragment",
        BaseUrl.IsUsable);

    internal static SettingFormat<IReadOnlyList<Source>> Sources { get; } = new(
        "names of up to 32 lowercase letters, digits, `_`, `-`, with commas", ParseSources);

    internal static SettingFormat<IReadOnlyList<Audience>> Audiences { get; } = List<Audience>(
        "hosts, with the port if not 443, or SS58 addresses, with commas: `s3.example.org,localhost:8000`",
        "a host such as s3-auth.example.com or localhost:8000, or an SS58 address",
        Audience.TryParse);

    internal static SettingFormat<IReadOnlyList<IPNetwork>> Networks { get; } = List<IPNetwork>(
        "networks, with commas: `10.0.0.0/8,192.0.2.7`", "a network such as 10.0.0.0/8, fd00::/8 or 192.0.2.7", TryParseNetwork);

    internal static SettingFormat<IReadOnlyList<string>> Origins { get; } = List<string>(
        "origins, with commas: `https://example.org`; or `*`",
        "an origin such as https://example.org, without a path, or *",
        TryParseOrigin);

    internal static SettingFormat<RedisAddress> Redis { get; } = new(
        "`redis://host:6379`, `rediss://user:password@host:6380/0`, `unix:///path`; [parameters](limits.md#redis) as in redis-py",
        text => RedisAddress.TryParse(text, out var address, out var problem) ? address : throw new FormatException(problem));

    internal static SettingFormat<SealKey> SealKeys { get; } = Of<SealKey>(
        "32 random bytes in base64 or hex: `openssl rand -hex 32`",
        "it must be 32 random bytes, as 64 hex digits or in base64; make one with: openssl rand -hex 32",
        SealKey.TryParse);

    internal static SettingFormat<string> Token { get; } = Text(
        $"{MinTokenLength} visible ASCII characters or more",
        $"it must have at least {MinTokenLength} characters, all of them visible ASCII",
        text => text.Length >= MinTokenLength && text.All(c => c is > ' ' and <= '~'));

    /// <summary>A whole number within bounds, both of which are allowed.</summary>
    internal static SettingFormat<int> Number(int min, int max) => Number(min, max, number => number);

    /// <summary>A whole number of seconds within bounds, both of which are allowed.</summary>
    internal static SettingFormat<TimeSpan> Seconds(int min, int max) => Number(min, max, seconds => TimeSpan.FromSeconds(seconds));

    /// <summary>A size in bytes within bounds, both of which are allowed, as a number or in KiB, MiB or GiB.</summary>
    internal static SettingFormat<long?> Bytes(long min, long max) => new(
        string.Create(CultureInfo.InvariantCulture, $"{min} to {max}, or with a unit: `100KiB`, `20MiB`, `1GiB`"),
        text => TryParseBytes(text, out var bytes) && bytes >= min && bytes <= max
            ? bytes
            : throw new FormatException(string.Create(
                CultureInfo.InvariantCulture,
                $"it must be a number of bytes from {min} to {max}, or a size such as 100KiB, 20MiB or 1GiB")))
    {
        Bounds = (min, max),
    };

    /// <summary>One of a few words, in upper or lower case.</summary>
    /// <param name="choices">The words.</param>
    /// <param name="synonyms">Further accepted words, which the operators' guide does not list.</param>
    internal static SettingFormat<T> Choice<T>(
        IEnumerable<(string Word, T Value)> choices, IEnumerable<(string Word, T Value)>? synonyms = null)
    {
        var listed = choices.ToList();
        var words = listed.Concat(synonyms ?? [])
            .ToDictionary(choice => choice.Word, choice => choice.Value, StringComparer.OrdinalIgnoreCase);
        var names = listed.Select(choice => choice.Word).ToList();
        return new SettingFormat<T>(
            string.Join(", ", names.Select(name => $"`{name}`")),
            text => words.TryGetValue(text, out var value)
                ? value
                : throw new FormatException($"it must be {string.Join(", ", names[..^1])} or {names[^1]}"))
        {
            Choices = names,
        };
    }

    private static SettingFormat<T> Number<T>(int min, int max, Func<int, T> convert) => new(
        string.Create(CultureInfo.InvariantCulture, $"{min} to {max}"),
        text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? convert(number)
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"it must be a whole number from {min} to {max}")))
    {
        Bounds = (min, max),
    };

    private static SettingFormat<T> Of<T>(string values, string problem, TryParser<T> tryParse) =>
        new(values, text => tryParse(text, out var value) ? value : throw new FormatException(problem));

    private static SettingFormat<string> Text(string values, string problem, Func<string, bool> isValid) =>
        new(values, text => isValid(text) ? text : throw new FormatException(problem));

    private static SettingFormat<Uri> Url(string values, string problem, Func<Uri, bool> isValid) =>
        new(values, text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && isValid(uri) ? uri : throw new FormatException(problem))
        {
            MayContainPassword = true,
        };

    private static SettingFormat<IReadOnlyList<T>> List<T>(string values, string item, TryParser<T> tryParse) => new(
        values,
        text => [.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => tryParse(part, out var value) ? value : throw new FormatException($"'{part}' is not {item}"))]);

    private static ChainNetwork? ParseNetwork(string text)
    {
        if (IsStatic(text))
        {
            return null;
        }

        return ChainNetwork.TryParse(text, out var network)
            ? network
            : throw new FormatException(
                $"it must be {string.Join(", ", ChainNetwork.Names)}, {StaticNetwork}, or the addresses of nodes such as wss://host:port, "
                + "each once, with commas, without user and fragment");
    }

    internal static bool IsStatic(string? network) => string.Equals(network, StaticNetwork, StringComparison.OrdinalIgnoreCase);

    private static bool TryParseAlpha(string text, out AlphaAmount stake)
    {
        var isAlpha = decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount)
            && amount <= ulong.MaxValue / (decimal)AlphaAmount.UnitsPerAlpha;
        stake = isAlpha ? AlphaAmount.FromAlpha(amount) : default;
        return isAlpha;
    }

    private static bool TryParseBytes(string text, out long bytes)
    {
        var unit = Array.Find(Units, one => text.EndsWith(one.Name, StringComparison.OrdinalIgnoreCase));
        var (factor, digits) = unit.Name is null ? (1, text) : (unit.Bytes, text[..^unit.Name.Length].TrimEnd());
        var isNumber = long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number <= long.MaxValue / factor;
        bytes = isNumber ? number * factor : 0;
        return isNumber;
    }

    private static List<Source> ParseSources(string text)
    {
        var sources = new List<Source>();
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!Source.TryParse(name, out var source))
            {
                throw new FormatException($"'{name}' is not a source's name, which is up to 32 lowercase letters, digits, '_' and '-'");
            }

            if (sources.Contains(source))
            {
                throw new FormatException($"it names '{name}' twice");
            }

            sources.Add(source);
        }

        return sources;
    }

    private static bool TryParseNetwork(string text, out IPNetwork network)
    {
        if (IPNetwork.TryParse(text, out network))
        {
            return true;
        }

        // Accepts only the usual spelling of an address; the framework also parses 10 and 0x7f.1.
        if (IPAddress.TryParse(text, out var address) && address.ToString() == text)
        {
            network = new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128);
            return true;
        }

        return false;
    }

    private static bool TryParseOrigin(string text, [MaybeNullWhen(false)] out string origin)
    {
        origin = text;
        return text == "*"
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri)
                && uri.Scheme is "http" or "https"
                && text == uri.GetLeftPart(UriPartial.Authority));
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionName();
}
