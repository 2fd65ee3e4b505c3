using System.Globalization;
using System.Text;

namespace S3Auth.Substrate;

/// <summary>
/// Substrate's secret URI, <c>secret//hard//junctions///password</c>, taken apart. Where the tools that read such a text
/// disagree on the key that it names, it is refused: a key that another tool does not find again is a lost account.
/// No message repeats any of it.
/// </summary>
internal readonly ref struct SecretUri
{
    /// <summary>Bytes of a junction's chain code.</summary>
    public const int ChainCodeSize = 32;

    /// <summary>The well-known phrase of development accounts, meant where a URI begins with a junction.</summary>
    public const string DevelopmentPhrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    private SecretUri(ReadOnlySpan<char> secret, ReadOnlySpan<char> junctions, ReadOnlySpan<char> password)
    {
        Secret = secret;
        Junctions = junctions;
        Password = password;
    }

    /// <summary>A phrase, or 0x and a seed in hex.</summary>
    public ReadOnlySpan<char> Secret { get; }

    /// <summary>Any number of hard junctions, each with its two slashes.</summary>
    public ReadOnlySpan<char> Junctions { get; }

    /// <summary>What stands after three slashes.</summary>
    public ReadOnlySpan<char> Password { get; }

    /// <summary>Takes a URI apart.</summary>
    /// <exception cref="FormatException">It is none, or has a soft junction.</exception>
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

    /// <summary>Takes the first junction off and writes its chain code: its SCALE encoding, hashed where it is too long.</summary>
    /// <exception cref="FormatException">Tools disagree on the junction's meaning.</exception>
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

        // SCALE: the length, compact, and then the text. Junctions are short; the two-byte length is for up to 16,383.
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
