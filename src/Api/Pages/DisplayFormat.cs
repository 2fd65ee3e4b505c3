using System.Collections.Frozen;

namespace S3Auth.Api.Pages;

/// <summary>Formats values for people, in the same way for every language.</summary>
internal static class DisplayFormat
{
    private const string UtcFormat = "yyyy-MM-dd HH:mm:ss 'UTC'";

    private static readonly FrozenDictionary<string, string> RefusalTitles =
        ProblemKind.All.ToFrozenDictionary(kind => kind.Code, kind => kind.Title, StringComparer.Ordinal);

    /// <summary><c>200,000</c></summary>
    internal static string Number<T>(T number)
        where T : IFormattable => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary><c>20,000.5</c></summary>
    internal static string Amount(decimal amount) => amount.ToString("#,0.#########", CultureInfo.InvariantCulture);

    /// <summary><c>41 s</c>, <c>5 min</c>, <c>3 h</c>, <c>2 days</c></summary>
    internal static string Duration(long seconds) => TimeSpan.FromSeconds(seconds) switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{seconds} s"),
        { TotalHours: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalMinutes} min"),
        { TotalDays: < 2 } time => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalHours} h"),
        var time => string.Create(CultureInfo.InvariantCulture, $"{(long)time.TotalDays} days"),
    };

    /// <summary><c>41 s ago</c></summary>
    internal static string Ago(long seconds) => $"{Duration(seconds)} ago";

    /// <summary><c>1 KiB</c>, <c>5 GiB</c></summary>
    internal static string Size(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        var (size, unit) = ((double)bytes, 0);
        for (; size >= 1024 && unit < units.Length - 1; unit++)
        {
            size /= 1024;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{size:0.##} {units[unit]}");
    }

    /// <summary><c>12.5 %</c></summary>
    internal static string Percent(long part, long whole) =>
        (whole == 0 ? 100 : 100.0 * part / whole).ToString("0.##", CultureInfo.InvariantCulture) + " %";

    /// <summary><c>2026-11-24 06:21:01 UTC</c></summary>
    internal static string Utc(DateTimeOffset moment) => moment.UtcDateTime.ToString(UtcFormat, CultureInfo.InvariantCulture);

    /// <summary><c>06:21 UTC</c></summary>
    internal static string TimeOfDay(DateTimeOffset moment) => moment.UtcDateTime.ToString("HH:mm 'UTC'", CultureInfo.InvariantCulture);

    /// <summary><c>2026-11-24T06:21:01Z</c></summary>
    internal static string Iso8601(DateTimeOffset moment) =>
        moment.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Returns the title of a refusal's code.</summary>
    internal static string RefusalTitle(string code) => RefusalTitles.GetValueOrDefault(code, code);
}
