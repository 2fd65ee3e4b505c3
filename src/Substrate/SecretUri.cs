using System.Globalization;
using System.Text;

namespace S3Auth.Substrate;

/// <summary>
/// The parts of Substrate's secret URI, <c>secret//hard//junctions///password</c>. Rejects a URI that tools interpret in different ways,
/// because a key that another tool cannot restore is a lost account. No message repeats any part of the URI.
/// </summary>
internal readonly ref struct SecretUri
{
    /// <summary>The size of a junction's chain code, in bytes.</summary>
    public const int ChainCodeSize = 32;

    /// <summary>The well-known phrase of development accounts. It is the default if a URI begins with a junction.</summary>
    public const string DevelopmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    private SecretUri(ReadOnlySpan<char> secret, ReadOnlySpan<char> junctions, ReadOnlySpan<char> password)
    {
        Secret = secret;
        Junctions = junctions;
        Password = password;
    }

    /// <summary>A phrase, or a seed in hex after 0x.</summary>
    public ReadOnlySpan<char> Secret { get; }

    /// <summary>The hard junctions, each with its two slashes; may be empty.</summary>
    public ReadOnlySpan<char> Junctions { get; }

    /// <summary>The password, after three slashes; may be empty.</summary>
    public ReadOnlySpan<char> Password { get; }

    /// <summary>Parses a URI.</summary>
    /// <exception cref="FormatException">It is not a secret URI, or has a soft junction.</exception>
    public static SecretUri Parse(ReadOnlySpan<char> text)
    {
        var pathStart = text.IndexOf('/');
        pathStart = pathStart < 0 ? text.Length : pathStart;
        var rest = text[pathStart..];
        while (!rest.IsEmpty && !rest.StartsWith("///", StringComparison.Ordinal))
        {
            if (!rest.StartsWith("//", StringComparison.Ordinal))
            {
                throw new FormatException(
                    "The secret URI has a soft junction (one slash). Only hard junctions are supported: use an account whose path "
                    + "has two slashes before each name.");
            }

            rest = rest[2..];
            var end = rest.IndexOf('/');
            end = end < 0 ? rest.Length : end;
            if (end == 0)
            {
                throw new FormatException("The secret URI has a junction without a name.");
            }

            rest = rest[end..];
        }

        var secret = text[..pathStart];
        return new SecretUri(
            secret.IsEmpty && pathStart < text.Length ? DevelopmentPhrase : secret,
            text[pathStart..^rest.Length],
            rest.IsEmpty ? [] : rest[3..]);
    }

    /// <summary>
    /// Reads the first junction, writes its chain code (its SCALE encoding, or the hash of that if it is longer than 32 bytes), and returns
    /// the rest.
    /// </summary>
    /// <exception cref="FormatException">Tools interpret the junction in different ways.</exception>
    public static ReadOnlySpan<char> ReadJunction(ReadOnlySpan<char> junctions, scoped Span<byte> chainCode)
    {
        var rest = junctions[2..];
        var end = rest.IndexOf('/');
        end = end < 0 ? rest.Length : end;
        WriteChainCode(rest[..end], chainCode);
        return rest[end..];
    }

    private static void WriteChainCode(ReadOnlySpan<char> name, Span<byte> chainCode)
    {
        chainCode.Clear();
        if (ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(chainCode, number);
            return;
        }

        if (IsAmbiguous(name))
        {
            throw new FormatException(
                "The secret URI has a junction that tools read in different ways: a number must be below 2^64 and without a sign, a name "
                + "must not begin with 0x.");
        }

        // SCALE: the compact length, then the text. The two-byte form of the length is enough for 16,383 bytes.
        var length = Encoding.UTF8.GetByteCount(name);
        if (length >= 1 << 14)
        {
            throw new FormatException("The secret URI has a junction longer than 16,383 bytes.");
        }

        Span<byte> prefix = stackalloc byte[2];
        var prefixSize = length < 1 << 6 ? 1 : 2;
        BinaryPrimitives.WriteUInt16LittleEndian(prefix, (ushort)((length << 2) | (prefixSize - 1)));

        var encoded = new byte[prefixSize + length];
        prefix[..prefixSize].CopyTo(encoded);
        Encoding.UTF8.GetBytes(name, encoded.AsSpan(prefixSize));
        if (encoded.Length > ChainCodeSize)
        {
            Sodium.Blake2b(chainCode, encoded);
        }
        else
        {
            encoded.CopyTo(chainCode);
        }
    }

    private static bool IsAmbiguous(ReadOnlySpan<char> name)
    {
        var digits = name[0] == '+' ? name[1..] : name;
        return name.StartsWith("0x", StringComparison.Ordinal)
            || (!digits.IsEmpty && digits.IndexOfAnyExceptInRange('0', '9') < 0);
    }
}
