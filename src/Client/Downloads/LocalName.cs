using System.Buffers;
using System.Text.Unicode;

namespace S3Auth.Client.Downloads;

/// <summary>
/// Maps a key to a relative path that is safe on this machine. Owners choose their keys freely. The path never leaves the folder, never
/// names a device, and contains no characters that a file system or terminal interprets. Two keys never map to the same path. Some file
/// systems treat letters of different case, or different spellings of an accent, as the same: use <see cref="Escape(string)"/> there.
/// </summary>
/// <remarks>
/// A segment that every common file system accepts does not change. In other segments, each unsafe byte, each <c>%</c> and each byte that
/// is not UTF-8 becomes <c>%</c> and two hex digits. A segment of more than 240 bytes is truncated and ends with a hash of the whole
/// segment.
/// </remarks>
public static class LocalName
{
    private const int MaxSegmentBytes = 240;
    private const int HashBytes = 8;

    // Never part of another name, where hex digits or nothing follow a %.
    private const string TruncationMark = "%~";

    private static readonly SearchValues<char> Unsafe = SearchValues.Create("%\\:*?\"<>|\u007f");

    private static readonly string[] Devices =
    [
        "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$",
        .. Enumerable.Range(0, 10).SelectMany(number => new[] { $"COM{number}", $"LPT{number}" }),
        "COM¹", "COM²", "COM³", "LPT¹", "LPT²", "LPT³",
    ];

    /// <summary>Returns the path of a key, relative to the folder, with <c>/</c> between segments.</summary>
    /// <param name="key">Any key.</param>
    /// <param name="isMapped">Whether the path differs from the key.</param>
    public static string Of(string key, out bool isMapped)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        var name = Of(BytesOf(key));
        isMapped = name != key;
        return name;
    }

    /// <summary>
    /// Returns the path of a file, relative to the folder. Two keys that are not UTF-8 have two paths even if their texts are the same.
    /// </summary>
    /// <param name="file">Any file.</param>
    /// <param name="isMapped">Whether the path differs from the file's key.</param>
    public static string Of(RemoteFile file, out bool isMapped)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (file.RawKey is not { } bytes)
        {
            return Of(file.Key, out isMapped);
        }

        isMapped = true;
        return Of(bytes);
    }

    /// <summary>
    /// Returns another name for a segment of a path, for file systems that treat letters of different case, or different spellings of an
    /// accent, as the same. Also escapes upper-case letters and characters that are not ASCII, or the first character if there are none. A
    /// segment that consists of escapes only has one spelling, and does not change.
    /// </summary>
    /// <param name="segment">A segment that <see cref="Of(string, out bool)"/> made.</param>
    public static string Escape(string segment)
    {
        ArgumentException.ThrowIfNullOrEmpty(segment);
        var name = Escape(segment, character => char.IsAsciiLetterUpper(character) || !char.IsAscii(character));
        if (name == segment)
        {
            var isFirst = true;
            name = Escape(segment, _ => isFirst && !(isFirst = false));
        }

        return Encoding.UTF8.GetByteCount(name) <= MaxSegmentBytes ? name : Truncate(name, Encoding.UTF8.GetBytes(segment));
    }

    // Existing escapes do not change.
    private static string Escape(string segment, Func<char, bool> isEscaped)
    {
        var name = new StringBuilder(segment.Length);
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] == '%')
            {
                var isEscape = i + 2 < segment.Length && char.IsAsciiHexDigit(segment[i + 1]) && char.IsAsciiHexDigit(segment[i + 2]);
                name.Append(segment, i, isEscape ? 3 : 1);
                i += isEscape ? 2 : 0;
                continue;
            }

            var isPair = char.IsSurrogatePair(segment, i);
            Append(name, Encoding.UTF8.GetBytes(segment.Substring(i, isPair ? 2 : 1)), isEscaped(segment[i]));
            i += isPair ? 1 : 0;
        }

        return name.ToString();
    }

    private static string Of(ReadOnlySpan<byte> key)
    {
        var name = new StringBuilder(key.Length);
        foreach (var segment in key.Split((byte)'/'))
        {
            if (segment.Start.Value > 0)
            {
                name.Append('/');
            }

            name.Append(Segment(key[segment]));
        }

        return name.ToString();
    }

    // A caller may pass half of a surrogate pair, which has no UTF-8. Strict JSON cannot contain it.
    private static byte[] BytesOf(string key)
    {
        var bytes = new List<byte>(key.Length);
        for (var i = 0; i < key.Length; i++)
        {
            if (char.IsSurrogatePair(key, i))
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(key.Substring(i++, 2)));
            }
            else if (char.IsSurrogate(key[i]))
            {
                bytes.AddRange([0xED, (byte)(0x80 | ((key[i] >> 6) & 0x3F)), (byte)(0x80 | (key[i] & 0x3F))]);
            }
            else
            {
                bytes.AddRange(Encoding.UTF8.GetBytes(key.Substring(i, 1)));
            }
        }

        return [.. bytes];
    }

    private static string Segment(ReadOnlySpan<byte> segment)
    {
        // A key that begins or ends with a slash, or has two in a row, has an empty segment.
        if (segment.IsEmpty)
        {
            return "%";
        }

        var mapped = new StringBuilder(segment.Length);
        for (var i = 0; i < segment.Length;)
        {
            var isText = Rune.DecodeFromUtf8(segment[i..], out var rune, out var count) == OperationStatus.Done;
            var character = (char)segment[i];
            var isEdge = (i == segment.Length - 1 && character is '.' or ' ') || (i == 0 && character is '.' or ' ' or '-' or '~');
            var isUnsafe = (rune.IsBmp && Unsafe.Contains((char)rune.Value)) || IsUnsafe(Rune.GetUnicodeCategory(rune));
            Append(mapped, segment.Slice(i, count), escape: !isText || isEdge || isUnsafe);
            i += count;
        }

        var name = mapped.ToString();
        if (IsDevice(name))
        {
            name = "%" + ((int)name[0]).ToString("X2", CultureInfo.InvariantCulture) + name[1..];
        }

        return Encoding.UTF8.GetByteCount(name) <= MaxSegmentBytes ? name : Truncate(name, segment);
    }

    // Includes characters that change how a terminal shows a line: text direction, line separators, characters without width.
    private static bool IsUnsafe(UnicodeCategory category) => category is
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned;

    private static void Append(StringBuilder mapped, ReadOnlySpan<byte> character, bool escape)
    {
        if (!escape)
        {
            mapped.Append(Encoding.UTF8.GetString(character));
            return;
        }

        foreach (var value in character)
        {
            mapped.Append('%').Append(value.ToString("X2", CultureInfo.InvariantCulture));
        }
    }

    // Windows also treats NUL.txt as a device.
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

    // Hashes UTF-16 if the segment is text, so that files keep the names that earlier versions gave them.
    private static string Truncate(string name, ReadOnlySpan<byte> segment)
    {
        var hashed = Utf8.IsValid(segment)
            ? SHA256.HashData(Encoding.Unicode.GetBytes(Encoding.UTF8.GetString(segment)))
            : SHA256.HashData(segment);
        var hash = Convert.ToHexStringLower(hashed.AsSpan(0, HashBytes));
        var truncated = new StringBuilder();
        var size = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            if ((size += rune.Utf8SequenceLength) > MaxSegmentBytes - (2 * HashBytes) - TruncationMark.Length)
            {
                break;
            }

            truncated.Append(rune.ToString());
        }

        return truncated.Append(TruncationMark).Append(hash).ToString();
    }
}
