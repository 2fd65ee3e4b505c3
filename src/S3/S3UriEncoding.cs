namespace S3Auth.S3;

/// <summary>
/// Percent-encoding for Signature Version 4. <c>A–Z a–z 0–9 - . _ ~</c> stay, every other byte of the UTF-8 form becomes <c>%XX</c> in
/// upper case, so a space becomes <c>%20</c> and not <c>+</c>. Nothing is normalised, including <c>..</c> and <c>//</c>. A lone surrogate
/// becomes U+FFFD, as in <see cref="Encoding.UTF8"/>. Specification: <c>UriEncode</c> in "Signature Calculations for the Authorization
/// Header", Amazon S3 API Reference.
/// </summary>
public static class S3UriEncoding
{
    private const string Unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

    private static readonly SearchValues<char> Component = SearchValues.Create(Unreserved);
    private static readonly SearchValues<char> Path = SearchValues.Create(Unreserved + "/");

    /// <summary>Returns an upper bound in bytes for the encoded form of <paramref name="length"/> UTF-16 characters.</summary>
    public static int MaxEncodedLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return checked(length * 9); // One UTF-16 character is at most three bytes, a byte at most "%XX".
    }

    /// <summary>Encodes the name or value of a query parameter. A slash becomes <c>%2F</c>.</summary>
    public static string EncodeComponent(string text) => Encode(text, Component);

    /// <summary>Encodes a key for a path. A slash stays.</summary>
    public static string EncodePath(string text) => Encode(text, Path);

    /// <summary>Encodes as <see cref="EncodeComponent(string)"/> into ASCII bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; <see cref="MaxEncodedLength"/> is always
    /// enough.</exception>
    public static int EncodeComponent(ReadOnlySpan<char> text, Span<byte> destination) => Encode(text, destination, Component);

    /// <summary>Encodes as <see cref="EncodePath(string)"/> into ASCII bytes.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too short; <see cref="MaxEncodedLength"/> is always
    /// enough.</exception>
    public static int EncodePath(ReadOnlySpan<char> text, Span<byte> destination) => Encode(text, destination, Path);

    /// <summary>Encodes bytes, which need not be UTF-8, like the bytes of a text in <see cref="EncodeComponent(string)"/>.</summary>
    /// <returns>The number of bytes written.</returns>
    /// <exception cref="ArgumentException">
    /// <paramref name="destination"/> is shorter than three times <paramref name="bytes"/>.
    /// </exception>
    public static int EncodeComponent(ReadOnlySpan<byte> bytes, Span<byte> destination)
    {
        if (destination.Length < bytes.Length * 3)
        {
            throw new ArgumentException("The destination is too short for the encoded bytes.", nameof(destination));
        }

        var written = 0;
        foreach (var value in bytes)
        {
            if (Component.Contains((char)value))
            {
                destination[written++] = value;
            }
            else
            {
                written += Escape(value, destination[written..]);
            }
        }

        return written;
    }

    private static string Encode(string text, SearchValues<char> kept)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExcept(kept))
        {
            return text;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(MaxEncodedLength(text.Length));
        try
        {
            return Encoding.ASCII.GetString(buffer, 0, Encode(text, buffer, kept));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Encode(ReadOnlySpan<char> text, Span<byte> destination, SearchValues<char> kept)
    {
        Span<byte> utf8 = stackalloc byte[4];
        var written = 0;
        while (!text.IsEmpty)
        {
            var plain = text.IndexOfAnyExcept(kept);
            if (plain != 0)
            {
                var run = plain < 0 ? text : text[..plain];
                written += Encoding.ASCII.GetBytes(run, destination[written..]);
                text = text[run.Length..];
                continue;
            }

            Rune.DecodeFromUtf16(text, out var rune, out var consumed);
            text = text[consumed..];
            foreach (var value in utf8[..rune.EncodeToUtf8(utf8)])
            {
                if (destination.Length - written < 3)
                {
                    throw new ArgumentException("The destination is too short for the encoded text.", nameof(destination));
                }

                written += Escape(value, destination[written..]);
            }
        }

        return written;
    }

    private static int Escape(byte value, Span<byte> destination)
    {
        destination[0] = (byte)'%';
        destination[1] = Hex(value >> 4);
        destination[2] = Hex(value & 0xF);
        return 3;
    }

    private static byte Hex(int nibble) => (byte)(nibble < 10 ? '0' + nibble : 'A' + nibble - 10);
}
