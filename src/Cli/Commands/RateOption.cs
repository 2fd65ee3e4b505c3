namespace S3Auth.Cli.Commands;

/// <summary><c>--bwlimit</c>.</summary>
internal static class RateOption
{
    internal static Option<string?> Create() => new("--bwlimit")
    {
        Description = "The maximum bytes per second of all transfers together: 500k, 10M, 1.5G",
        HelpName = "RATE",
    };

    /// <summary>Returns the limit in bytes per second; null for none.</summary>
    /// <exception cref="UsageException">The text is not a rate, or less than 1 KiB per second.</exception>
    internal static long? Read(ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } rate ? Read(rate) : null;

    /// <summary>Reads a number of bytes per second with an optional suffix: k, M and G stand for KiB, MiB and GiB.</summary>
    /// <exception cref="UsageException">The text is not such a number, or the rate is less than 1 KiB per second.</exception>
    internal static long Read(string text)
    {
        var factor = text is [.., var unit] ? unit switch { 'k' or 'K' => 1L << 10, 'M' => 1L << 20, 'G' => 1L << 30, _ => 1L } : 1;
        return double.TryParse(
                factor > 1 ? text.AsSpan(..^1) : text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            && count * factor is >= 1024 and <= 1e12
            ? (long)(count * factor)
            : throw new UsageException("--bwlimit must be a number of bytes per second, at least 1k. Use k, M and G, such as 500k or 10M.");
    }
}
