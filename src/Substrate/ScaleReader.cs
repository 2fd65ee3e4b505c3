using System.Globalization;

namespace S3Auth.Substrate;

/// <summary>
/// Reads SCALE, Substrate's binary encoding, from bytes that anyone may have made: fixed-width integers are little-endian, a
/// compact integer begins with its mode in two bits, a sequence begins with its count. Strict as the chain's own codec is: a
/// boolean is 0 or 1, a compact integer has no shorter form, a count is never more than what is left can hold. Never reads
/// beyond the bytes, allocates nothing. Specification: "SCALE codec", https://github.com/paritytech/parity-scale-codec.
/// </summary>
public ref struct ScaleReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _offset;

    /// <summary>Reads from the first of these bytes on.</summary>
    public ScaleReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>How many bytes were read.</summary>
    public readonly int Offset => _offset;

    /// <summary>How many bytes are left.</summary>
    public readonly int Remaining => _bytes.Length - _offset;

    /// <summary>Reads a byte that says whether a value follows.</summary>
    /// <exception cref="ScaleException">It is neither 0 nor 1, or nothing is left.</exception>
    public bool ReadOption() => ReadFlag("an option");

    /// <summary>Reads a boolean.</summary>
    /// <exception cref="ScaleException">It is neither 0 nor 1, or nothing is left.</exception>
    public bool ReadBool() => ReadFlag("a boolean");

    /// <summary>Reads a compact integer of at most 64 bits.</summary>
    /// <param name="most">The highest value that fits the integer's type.</param>
    /// <exception cref="ScaleException">It is more than that, has a shorter form, or does not end within what is left.</exception>
    public ulong ReadCompact(ulong most = ulong.MaxValue)
    {
        var start = _offset;
        var first = ReadBytes(1)[0];
        ulong value;
        ulong least;
        switch (first & 0b11)
        {
            case 0b00:
                (value, least) = ((ulong)first >> 2, 0);
                break;
            case 0b01:
                (value, least) = (((ulong)ReadBytes(1)[0] << 6) | ((ulong)first >> 2), 1UL << 6);
                break;
            case 0b10:
                var rest = ReadBytes(3);
                (value, least) = ((((ulong)rest[2] << 22) | ((ulong)rest[1] << 14) | ((ulong)rest[0] << 6)) | ((ulong)first >> 2), 1UL << 14);
                break;
            default:
                (value, least) = ReadBig(first, start);
                break;
        }

        return value < least ? throw Broken(start, $"a compact integer is longer than it needs to be")
            : value > most ? throw Broken(start, $"the integer {value} is more than {most}")
            : value;
    }

    /// <summary>Reads the count of a sequence's items.</summary>
    /// <param name="leastSize">The fewest bytes that one item takes; at least 1.</param>
    /// <exception cref="ScaleException">So many items cannot stand in what is left.</exception>
    public int ReadCount(int leastSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(leastSize, 1);

        var start = _offset;
        var count = ReadCompact(uint.MaxValue);
        return count <= (ulong)(Remaining / leastSize)
            ? (int)count
            : throw Broken(start, $"{count} items of {leastSize} bytes or more cannot stand in the {Remaining} bytes that are left");
    }

    /// <summary>Reads this many bytes as they are.</summary>
    /// <exception cref="ScaleException">Fewer are left.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Broken(_offset, $"{count} bytes are wanted, {Remaining} are left");
        }

        var bytes = _bytes.Slice(_offset, count);
        _offset += count;
        return bytes;
    }

    /// <summary>Requires that everything was read.</summary>
    /// <exception cref="ScaleException">Something is left.</exception>
    public readonly void ReadEnd()
    {
        if (Remaining != 0)
        {
            throw Broken(_offset, $"{Remaining} bytes are left over");
        }
    }

    private bool ReadFlag(string what)
    {
        var flag = ReadBytes(1)[0];
        return flag <= 1 ? flag == 1 : throw Broken(_offset - 1, $"{what} is {flag}");
    }

    private (ulong Value, ulong Least) ReadBig(byte first, int start)
    {
        var size = (first >> 2) + 4;
        if (size > sizeof(ulong))
        {
            throw Broken(start, $"a compact integer has {size} bytes, more than {sizeof(ulong)}");
        }

        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        ReadBytes(size).CopyTo(value);

        // With four bytes it must be beyond the mode before; with more, its highest byte must count.
        return (BinaryPrimitives.ReadUInt64LittleEndian(value), size == 4 ? 1UL << 30 : 1UL << (8 * (size - 1)));
    }

    private static ScaleException Broken(int offset, FormattableString what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"At byte {offset}: {what}."));
}
