using System.Runtime.InteropServices;

namespace S3Auth.DevelopmentStore;

/// <summary>A part of an object: <paramref name="Count"/> bytes from <paramref name="Offset"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ByteRange(long Offset, long Count)
{
    /// <summary>Parses a Range header as S3 does: one range of bytes. Anything else means the whole object.</summary>
    /// <returns>The range, or null for the whole object.</returns>
    /// <exception cref="S3Exception">InvalidRange if the range is outside the object.</exception>
    public static ByteRange? Parse(string header, long size)
    {
        const string unit = "bytes=";
        if (!header.StartsWith(unit, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var range = header.AsSpan(unit.Length).Trim();
        var dash = range.IndexOf('-');
        if (dash < 0)
        {
            return null;
        }

        var from = range[..dash];
        var to = range[(dash + 1)..];
        if (from.IsEmpty)
        {
            if (!TryParse(to, out var suffix))
            {
                return null;
            }

            return Math.Min(suffix, size) is > 0 and var count ? new ByteRange(size - count, count) : throw Outside(header, size);
        }

        var last = long.MaxValue;
        if (!TryParse(from, out var first) || (!to.IsEmpty && !TryParse(to, out last)) || last < first)
        {
            return null;
        }

        return first >= size ? throw Outside(header, size) : new ByteRange(first, Math.Min(last, size - 1) - first + 1);
    }

    private static bool TryParse(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static S3Exception Outside(string header, long size) =>
        S3Error.InvalidRange.With(null, ("RangeRequested", header), ("ActualObjectSize", S3Xml.Number(size)));
}
