using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace S3Auth.Substrate;

/// <summary>
/// An account of the chain: 32 bytes, for sr25519 the public key. Any 32 bytes are an account id; verifying a signature shows whether they
/// are a valid public key. Its text form is <see cref="Ss58"/> with prefix 42.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct AccountId : IEquatable<AccountId>, ISpanFormattable
{
    /// <summary>The size of an account id, in bytes.</summary>
    public const int Size = 32;

    private static readonly HashKeys Keys = HashKeys.Create();

    private readonly ulong _word0;
    private readonly ulong _word1;
    private readonly ulong _word2;
    private readonly ulong _word3;

    private AccountId(ReadOnlySpan<byte> bytes)
    {
        _word0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _word1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _word2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _word3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    /// <summary>Whether both are the same account.</summary>
    public static bool operator ==(AccountId left, AccountId right) => left.Equals(right);

    /// <summary>Whether they are different accounts.</summary>
    public static bool operator !=(AccountId left, AccountId right) => !left.Equals(right);

    /// <summary>Creates an account id from its 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not exactly 32 bytes.</exception>
    public static AccountId FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == Size
        ? new AccountId(bytes)
        : throw new ArgumentException($"An account id has {Size} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Parses the canonical SS58 text; see <see cref="Ss58.TryDecode"/>.</summary>
    /// <exception cref="FormatException">The text is not an address; the message says why.</exception>
    public static AccountId Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ss58.TryDecode(text, out var id, out var error) ? id : throw new FormatException(error.Describe());
    }

    /// <summary>Parses the canonical SS58 text; <see langword="false"/> for any other text. See <see cref="Ss58.TryDecode"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AccountId id) => Ss58.TryDecode(text, out id, out _);

    /// <summary>Writes the 32 bytes to the start of the destination.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than 32 bytes.</exception>
    public void CopyTo(Span<byte> destination)
    {
        if (destination.Length < Size)
        {
            throw new ArgumentException(
                $"An account id needs {Size} bytes, the destination has {destination.Length}.", nameof(destination));
        }

        BinaryPrimitives.WriteUInt64LittleEndian(destination, _word0);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _word1);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _word2);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _word3);
    }

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <inheritdoc/>
    public bool Equals(AccountId other) =>
        _word0 == other._word0 && _word1 == other._word1 && _word2 == other._word2 && _word3 == other._word3;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is AccountId other && Equals(other);

    /// <summary>
    /// A hash with a random key for each process, because attackers can choose account ids and must not be able to find collisions.
    /// </summary>
    public override int GetHashCode()
    {
        var hash = Fold(_word0 ^ Keys.Key0, _word1 ^ Keys.Key1) ^ Fold(_word2 ^ Keys.Key2, _word3 ^ Keys.Key3);
        return (int)(hash ^ (hash >> 32));
    }

    /// <summary>The canonical SS58 text, 48 characters.</summary>
    public override string ToString() => Ss58.Encode(this);

    /// <summary>Writes the canonical SS58 text, 48 characters.</summary>
    /// <param name="destination">The buffer; if it is too short, nothing is written.</param>
    /// <param name="charsWritten">48, or 0.</param>
    /// <param name="format">Not used.</param>
    /// <param name="provider">Not used.</param>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        charsWritten = 0;
        if (destination.Length < Ss58.TextLength)
        {
            return false;
        }

        Ss58.Write(this, destination[..Ss58.TextLength]);
        charsWritten = Ss58.TextLength;
        return true;
    }

    /// <inheritdoc/>
    string IFormattable.ToString(string? format, IFormatProvider? formatProvider) => ToString();

    private static ulong Fold(ulong left, ulong right)
    {
        var high = Math.BigMul(left, right, out var low);
        return high ^ low;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct HashKeys(ulong Key0, ulong Key1, ulong Key2, ulong Key3)
    {
        public static HashKeys Create()
        {
            Span<ulong> keys = stackalloc ulong[4];
            RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(keys));
            return new HashKeys(keys[0], keys[1], keys[2], keys[3]);
        }
    }
}
