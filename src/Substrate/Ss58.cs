namespace S3Auth.Substrate;

/// <summary>
/// SS58, Substrate's text form of an account id, with network prefix 42: base58 of the prefix, the 32 bytes, and the
/// first two bytes of Blake2b-512 over <c>SS58PRE</c>, prefix and account id. Each account has exactly one valid text, of
/// 48 characters. Prefixes are registered in https://github.com/paritytech/ss58-registry.
/// </summary>
public static class Ss58
{
    /// <summary>The only network prefix that is accepted and written: Substrate's generic one.</summary>
    public const byte Prefix = 42;

    /// <summary>
    /// The length of an address in characters. 35 bytes that begin with 42 are a number between 58^47 and 58^48, so the length is always
    /// 48.
    /// </summary>
    public const int TextLength = 48;

    private const int ChecksumSize = 2;
    private const int PayloadSize = 1 + AccountId.Size + ChecksumSize;

    /// <summary>Longer than any network's address. Longer texts are rejected without reading them.</summary>
    private const int MaxTextLength = 64;

    /// <summary>The maximum number of digits whose value always fits into 40 bytes.</summary>
    private const int MaxDigits = 54;

    private const byte NoDigit = 0xFF;

    private static ReadOnlySpan<byte> Alphabet => "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"u8;

    /// <summary>The digit of each character from '1' to 'z'.</summary>
    private static ReadOnlySpan<byte> Digits =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8,
        NoDigit, NoDigit, NoDigit, NoDigit, NoDigit, NoDigit, NoDigit,
        9, 10, 11, 12, 13, 14, 15, 16, NoDigit, 17, 18, 19, 20, 21, NoDigit, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        NoDigit, NoDigit, NoDigit, NoDigit, NoDigit, NoDigit,
        33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, NoDigit, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57,
    ];

    /// <summary>
    /// Parses an address. Accepts exactly the texts that <see cref="Encode"/> writes, without trimming or converting anything. Never
    /// throws, allocates nothing, and reads at most 64 characters.
    /// </summary>
    /// <param name="text">The address.</param>
    /// <param name="id">The account; the default value if the text is not an address.</param>
    /// <param name="error">What is wrong with the text.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, out AccountId id, out Ss58Error error)
    {
        id = default;
        Span<byte> number = stackalloc byte[40];
        error = Read(text, number, out var size);
        if (error != Ss58Error.None)
        {
            return false;
        }

        var payload = number[^PayloadSize..];
        error = CheckShape(number, size);
        if (error != Ss58Error.None)
        {
            return false;
        }

        Span<byte> checksum = stackalloc byte[ChecksumSize];
        WriteChecksum(payload[..^ChecksumSize], checksum);
        if (!payload[^ChecksumSize..].SequenceEqual(checksum))
        {
            error = Ss58Error.BadChecksum;
            return false;
        }

        id = AccountId.FromBytes(payload[1..^ChecksumSize]);
        return true;
    }

    /// <summary>Writes an account's address, 48 characters.</summary>
    public static string Encode(in AccountId id) => string.Create(TextLength, id, static (text, id) => Write(id, text));

    /// <summary>Writes an account's address into 48 characters.</summary>
    internal static void Write(in AccountId id, Span<char> text)
    {
        // One zero byte in front makes the 35 bytes nine words of 32 bits.
        Span<byte> bytes = stackalloc byte[1 + PayloadSize];
        bytes[0] = 0;
        var payload = bytes[1..];
        payload[0] = Prefix;
        id.CopyTo(payload[1..]);
        WriteChecksum(payload[..^ChecksumSize], payload[^ChecksumSize..]);

        Span<uint> words = stackalloc uint[bytes.Length / sizeof(uint)];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32BigEndian(bytes[(i * sizeof(uint))..]);
        }

        // Five digits at a time: 58^5 is the highest power that fits into 32 bits.
        const int group = 5;
        const uint groupBase = 656_356_768;
        var leading = 0;
        for (var end = text.Length; end > 0; end -= group)
        {
            ulong remainder = 0;
            for (var i = leading; i < words.Length; i++)
            {
                var dividend = (remainder << 32) | words[i];
                var quotient = dividend / groupBase;
                words[i] = (uint)quotient;
                remainder = dividend - (quotient * groupBase);
            }

            // The quotient loses a word about every second division.
            if (leading < words.Length && words[leading] == 0)
            {
                leading++;
            }

            var rest = (uint)remainder;
            for (var i = end - 1; i >= Math.Max(end - group, 0); i--)
            {
                text[i] = (char)Alphabet[(int)(rest % 58)];
                rest /= 58;
            }
        }
    }

    /// <summary>Reads at most 54 base58 digits as one big-endian number, and the number of bytes that they encode.</summary>
    private static Ss58Error Read(ReadOnlySpan<char> text, Span<byte> number, out int size)
    {
        size = 0;
        if (text.Length > MaxTextLength)
        {
            return Ss58Error.WrongLength;
        }

        Span<byte> digits = stackalloc byte[MaxTextLength];
        digits = digits[..text.Length];
        for (var i = 0; i < text.Length; i++)
        {
            var index = text[i] - '1';
            if ((uint)index >= (uint)Digits.Length || Digits[index] == NoDigit)
            {
                return Ss58Error.NotBase58;
            }

            digits[i] = Digits[index];
        }

        if (digits.Length > MaxDigits)
        {
            return Ss58Error.WrongLength;
        }

        // A leading '1' stands for a leading zero byte.
        var zeros = digits.IndexOfAnyExcept((byte)0);
        zeros = zeros < 0 ? digits.Length : zeros;

        Convert(digits, number);
        var significant = number.IndexOfAnyExcept((byte)0);
        size = zeros + (significant < 0 ? 0 : number.Length - significant);
        return Ss58Error.None;
    }

    private static void Convert(ReadOnlySpan<byte> digits, Span<byte> number)
    {
        // Ten digits at a time: 58^10 is the highest power that fits into 64 bits.
        const int group = 10;
        const ulong groupBase = 430_804_206_899_405_824;

        Span<ulong> words = stackalloc ulong[5];
        words.Clear();
        var first = digits.Length % group;
        for (var start = first - group; start < digits.Length; start += group)
        {
            ulong carry = 0;
            foreach (var digit in digits[Math.Max(start, 0)..(start + group)])
            {
                carry = (carry * 58) + digit;
            }

            for (var i = 0; i < words.Length; i++)
            {
                var high = Math.BigMul(words[i], groupBase, out var low);
                words[i] = low + carry;
                carry = high + (words[i] < low ? 1UL : 0UL);
            }
        }

        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt64BigEndian(number[((words.Length - 1 - i) * sizeof(ulong))..], words[i]);
        }
    }

    private static Ss58Error CheckShape(ReadOnlySpan<byte> number, int size)
    {
        // The first byte of a prefix determines its length: one byte if below 64, two if from 64 to 127.
        if (size == PayloadSize)
        {
            return number[^PayloadSize] switch
            {
                Prefix => Ss58Error.None,
                < 64 => Ss58Error.WrongPrefix,
                _ => Ss58Error.WrongLength,
            };
        }

        return size == PayloadSize + 1 && number[^(PayloadSize + 1)] is >= 64 and < 128 ? Ss58Error.WrongPrefix : Ss58Error.WrongLength;
    }

    private static void WriteChecksum(ReadOnlySpan<byte> prefixed, Span<byte> checksum)
    {
        Span<byte> input = stackalloc byte[7 + 1 + AccountId.Size];
        "SS58PRE"u8.CopyTo(input);
        prefixed.CopyTo(input[7..]);

        Span<byte> hash = stackalloc byte[64];
        Sodium.Blake2b(hash, input);
        hash[..ChecksumSize].CopyTo(checksum);
    }
}
