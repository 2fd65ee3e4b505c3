using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Client.Downloads;

/// <summary>
/// Where a key lies below a folder of this machine. A key is whatever its owner chose; what is made of it here never leads out of the
/// folder, names no device, holds nothing that a file system or terminal takes for something else, and two keys never share a place
/// but where the file system takes their letters' case for the same.
/// </summary>
/// <remarks>
/// Segments stay as they are where every common file system holds them. Elsewhere each offending byte becomes <c>%</c> and two hex
/// digits, <c>%</c> itself included; a segment that is too long is cut and ends with a hash of it.
/// </remarks>
public static class LocalName
{
    private const int LongestSegment = 240;
    private const int HashBytes = 8;

    // Elsewhere a % is followed by hex digits, or by nothing.
    private const string CutMark = "%~";

    private static readonly SearchValues<char> Unsafe = SearchValues.Create("%\\:*?\"<>|\u007f");

    private static readonly string[] Devices =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"COM{number}", $"LPT{number}" }),
        "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³",
    ];

    /// <summary>The place of a key, relative to the folder, with <c>/</c> between its segments.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="isMapped">Whether it is another than the key.</param>
    public static string Of(string key, out bool isMapped)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var name = string.Join('/', key.Split('/').Select(Segment));
        isMapped = name != key;
        return name;
    }

    private static string Segment(string segment)
    {
        // An empty one is between two slashes, before the first or after the last.
        if (segment.Length == 0)
        {
            return "%";
        }

        var mapped = new StringBuilder(segment.Length);
        var last = segment.Length - 1;
        for (var i = 0; i < segment.Length; i++)
        {
            var character = segment[i];
            var isEdge = (i == last && character is '.' or ' ') || (i == 0 && character is '.' or ' ' or '-' or '~');
            if (char.IsSurrogatePair(segment, i))
            {
                var rune = new Rune(character, segment[++i]);
                Append(mapped, rune.ToString(), IsUnsafe(Rune.GetUnicodeCategory(rune)));
            }
            else
            {
                Append(mapped, character.ToString(), isEdge || Unsafe.Contains(character) || IsUnsafe(char.GetUnicodeCategory(character)));
            }
        }

        var name = mapped.ToString();
        if (IsDevice(name))
        {
            name = "%" + ((int)name[0]).ToString("X2", CultureInfo.InvariantCulture) + name[1..];
        }

        return Encoding.UTF8.GetByteCount(name) <= LongestSegment ? name : Cut(name, segment);
    }

    // Also what changes how a line is shown: directions of writing, separators of lines, marks without width.
    private static bool IsUnsafe(UnicodeCategory category) => category is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static void Append(StringBuilder mapped, string character, bool escape)
    {
        if (!escape)
        {
            mapped.Append(character);
            return;
        }

        Span<byte> bytes = stackalloc byte[4];
        // A lone half of a pair has no UTF-8; it cannot come from JSON that was read strictly, but from a caller.
        var count = character is [var half] && char.IsSurrogate(half) ? WriteSurrogate(bytes, half) : Encoding.UTF8.GetBytes(character, bytes);
        foreach (var value in bytes[..count])
        {
            mapped.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }
    }

    private static int WriteSurrogate(Span<byte> bytes, char character)
    {
        bytes[0] = 0xED;
        bytes[1] = (byte)(0x80 | ((character >> 6) & 0x3F));
        bytes[2] = (byte)(0x80 | (character & 0x3F));
        return 3;
    }

    // With whatever ending: NUL.txt is a device as well.
    private static bool IsDevice(string name)
    {
        var stem = name.AsSpan(0, name.IndexOf('.', StringComparison.Ordinal) is var dot and >= 0 ? dot : name.Length).TrimEnd(' ');
        foreach (var device in Devices)
        {
            if (stem.Equals(device, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static string Cut(string name, string segment)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.Unicode.GetBytes(segment)).AsSpan(0, HashBytes));
        var cut = new StringBuilder();
        var size = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if ((size += rune.Utf8SequenceLength) > LongestSegment - (2 * HashBytes) - CutMark.Length)
            {
                break;
            }

            cut.Append(rune.ToString());
        }

        return cut.Append(CutMark).Append(hash).ToString();
    }
}
