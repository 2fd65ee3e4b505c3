using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace S3Auth.Substrate;

/// <summary>
/// BIP-39 phrases with the English word list: 12, 15, 18, 21 or 24 words of 11 bits each, which encode 16 to 32 bytes of entropy and a
/// checksum of one bit for each 4 bytes. Words are lower case, exactly as in the list; any white space separates them. Messages name a
/// wrong word by its number and not by its text, because it may be part of a secret.
/// </summary>
public static class Mnemonic
{
    /// <summary>The maximum entropy of a phrase (24 words), in bytes.</summary>
    public const int MaxEntropySize = 32;

    private const int BitsPerWord = 11;
    private const int MaxWords = 24;

    private static readonly string[] Words = ReadWords();

    private static readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Indexes =
        Words.Select((word, index) => KeyValuePair.Create(word, index))
            .ToFrozenDictionary(StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Generates a phrase with the operating system's random generator.</summary>
    /// <param name="words">12, 15, 18, 21 or 24.</param>
    /// <exception cref="ArgumentOutOfRangeException">Another number of words.</exception>
    public static string Generate(int words = 12)
    {
        if (!IsWordCount(words))
        {
            throw new ArgumentOutOfRangeException(nameof(words), words, "A phrase has 12, 15, 18, 21 or 24 words.");
        }

        Span<byte> entropy = stackalloc byte[EntropySize(words)];
        RandomNumberGenerator.Fill(entropy);
        try
        {
            return FromEntropy(entropy);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(entropy);
        }
    }

    /// <summary>The phrase of the given entropy, its words separated by one space.</summary>
    /// <param name="entropy">16, 20, 24, 28 or 32 bytes.</param>
    /// <exception cref="ArgumentException">Another number of bytes.</exception>
    public static string FromEntropy(ReadOnlySpan<byte> entropy)
    {
        if (entropy.Length is not (16 or 20 or 24 or 28 or 32))
        {
            throw new ArgumentException($"A phrase encodes 16, 20, 24, 28 or 32 bytes of entropy, not {entropy.Length}.", nameof(entropy));
        }

        Span<byte> bits = stackalloc byte[MaxEntropySize + sizeof(uint)];
        bits.Clear();
        entropy.CopyTo(bits);
        bits[entropy.Length] = Checksum(entropy);

        var words = entropy.Length * 3 / 4;
        var phrase = new StringBuilder(words * 9);
        for (var i = 0; i < words; i++)
        {
            phrase.Append(i == 0 ? "" : " ").Append(Words[ReadIndex(bits, i)]);
        }

        CryptographicOperations.ZeroMemory(bits);
        return phrase.ToString();
    }

    /// <summary>Whether the text is a phrase with a correct checksum.</summary>
    public static bool IsValid([NotNullWhen(true)] string? phrase)
    {
        Span<byte> entropy = stackalloc byte[MaxEntropySize];
        var valid = Decode(phrase, entropy, out _) is null;
        CryptographicOperations.ZeroMemory(entropy);
        return valid;
    }

    /// <summary>Writes the entropy of a phrase to the start of the destination.</summary>
    /// <param name="phrase">12, 15, 18, 21 or 24 words.</param>
    /// <param name="destination">At least <see cref="MaxEntropySize"/> bytes.</param>
    /// <returns>The number of bytes written: 16, 20, 24, 28 or 32.</returns>
    /// <exception cref="FormatException">The text is not a phrase; the message says why and contains no word of it.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int ToEntropy(ReadOnlySpan<char> phrase, Span<byte> destination)
    {
        if (destination.Length < MaxEntropySize)
        {
            throw new ArgumentException(
                $"The entropy needs room for {MaxEntropySize} bytes, not {destination.Length}.", nameof(destination));
        }

        var refusal = Decode(phrase, destination[..MaxEntropySize], out var size);
        return refusal is null ? size : throw new FormatException(refusal);
    }

    /// <summary>Returns why the text is not a phrase; null if it is one.</summary>
    private static string? Decode(ReadOnlySpan<char> phrase, Span<byte> entropy, out int size)
    {
        size = 0;
        Span<byte> bits = stackalloc byte[MaxEntropySize + sizeof(uint)];
        bits.Clear();
        try
        {
            var words = 0;
            for (var rest = phrase.Trim(); !rest.IsEmpty; rest = rest.TrimStart())
            {
                var length = WordLength(rest);
                if (words == MaxWords)
                {
                    return $"The phrase has more than {MaxWords} words; it should have 12, 15, 18, 21 or 24.";
                }

                if (!Indexes.TryGetValue(rest[..length], out var index))
                {
                    return $"Word {words + 1} of the phrase is not in the English BIP-39 list.";
                }

                WriteIndex(bits, words, index);
                words++;
                rest = rest[length..];
            }

            if (!IsWordCount(words))
            {
                return $"The phrase has {words} words; it should have 12, 15, 18, 21 or 24.";
            }

            size = EntropySize(words);
            if (bits[size] != Checksum(bits[..size]))
            {
                return "The phrase's checksum does not match: a word is wrong or in the wrong place.";
            }

            bits[..size].CopyTo(entropy);
            return null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bits);
        }
    }

    private static int WordLength(ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && !char.IsWhiteSpace(text[length]))
        {
            length++;
        }

        return length;
    }

    private static bool IsWordCount(int words) => words is 12 or 15 or 18 or 21 or 24;

    private static int EntropySize(int words) => words * 4 / 3;

    /// <summary>The bits of the checksum, one for each 4 bytes of entropy, at most 8, in the high bits of a byte.</summary>
    private static byte Checksum(ReadOnlySpan<byte> entropy)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(entropy, hash);
        return (byte)(hash[0] & (0xFF00 >> (entropy.Length / 4)));
    }

    private static int ReadIndex(ReadOnlySpan<byte> bits, int word)
    {
        var (start, shift) = Locate(word);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(bits[start..]) >> shift) & ((1 << BitsPerWord) - 1);
    }

    private static void WriteIndex(Span<byte> bits, int word, int index)
    {
        var (start, shift) = Locate(word);
        var window = bits[start..];
        BinaryPrimitives.WriteUInt32BigEndian(window, BinaryPrimitives.ReadUInt32BigEndian(window) | ((uint)index << shift));
    }

    /// <summary>The byte in which a word's 11 bits begin, and their distance to the end of the 32 bits that begin there.</summary>
    private static (int Start, int Shift) Locate(int word)
    {
        var (start, offset) = Math.DivRem(word * BitsPerWord, 8);
        return (start, 32 - BitsPerWord - offset);
    }

    private static string[] ReadWords()
    {
        using var stream = typeof(Mnemonic).Assembly.GetManifestResourceStream("english.txt")
            ?? throw new InvalidOperationException("The BIP-39 word list is missing from the assembly.");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var words = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return words.Length == 1 << BitsPerWord
            ? words
            : throw new InvalidOperationException($"The BIP-39 word list has {words.Length} words, not {1 << BitsPerWord}.");
    }
}
