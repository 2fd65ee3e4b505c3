using System.Globalization;

namespace S3Auth.Substrate;

/// <summary>
/// Reads SCALE, Substrate's binary encoding, from untrusted bytes. Fixed-width integers are little-endian, a compact integer begins with
/// its mode in two bits, a sequence begins with its count. Is as strict as the chain's own codec: a boolean is 0 or 1, a compact integer
/// has its shortest form, and a count is at most what the remaining bytes can hold. Never reads beyond the bytes and allocates nothing.
/// Specification: "SCALE codec", https://github.com/paritytech/parity-scale-codec.
/// </summary>
public ref struct ScaleReader
{
    private readonly ReadOnlySpan<byte> _bytes;
    private int _offset;

    /// <summary>Starts at the first of these bytes.</summary>
    public ScaleReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>The number of bytes that were read.</summary>
    public readonly int Offset => _offset;

    /// <summary>The number of bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _offset;

    /// <summary>Reads the byte of an option: whether a value follows.</summary>
    /// <exception cref="ScaleException">It is neither 0 nor 1, or nothing is left.</exception>
    public bool ReadOption() => ReadFlag("an option");

    /// <summary>Reads a boolean.</summary>
    /// <exception cref="ScaleException">It is neither 0 nor 1, or nothing is left.</exception>
    public bool ReadBool() => ReadFlag("a boolean");

    /// <summary>Reads a compact integer of at most 64 bits.</summary>
    /// <param name="max">The maximum of the integer's type.</param>
    /// <exception cref="ScaleException">It is larger than the maximum, has a shorter form, or is incomplete.</exception>
    public ulong ReadCompact(ulong max = ulong.MaxValue)
    {
        var start = _offset;
        if (start < _bytes.Length && (_bytes[start] & 0b11) == 0b00 && max >= 0b111111)
        {
            // The usual case: one byte.
            _offset++;
            return (ulong)_bytes[start] >> 2;
        }

        var first = ReadBytes(1)[0];
        ulong value;
        ulong min;
        switch (first & 0b11)
        {
            case 0b00:
                (value, min) = ((ulong)first >> 2, 0);
                break;
            case 0b01:
                (value, min) = (((ulong)ReadBytes(1)[0] << 6) | ((ulong)first >> 2), 1UL << 6);
                break;
            case 0b10:
                var rest = ReadBytes(3);
                (value, min) = ((((ulong)rest[2] << 22) | ((ulong)rest[1] << 14) | ((ulong)rest[0] << 6)) | ((ulong)first >> 2), 1UL << 14);
                break;
            default:
                (value, min) = ReadBig(first, start);
                break;
        }

        return value < min ? throw Broken(start, $"a compact integer is longer than it needs to be")
            : value > max ? throw Broken(start, $"the integer {value} is more than {max}")
            : value;
    }

    /// <summary>Reads a compact integer of up to 128 bits.</summary>
    /// <param name="bits">The width of the integer's type: at most 128.</param>
    /// <exception cref="ScaleException">It is wider, has a shorter form, or is incomplete.</exception>
    public UInt128 ReadCompact128(int bits)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 128);

        var size = Remaining > 0 && (_bytes[_offset] & 0b11) == 0b11 ? (_bytes[_offset] >> 2) + 4 : 0;
        if (size <= sizeof(ulong))
        {
            return ReadCompact(bits >= 64 ? ulong.MaxValue : (1UL << bits) - 1);
        }

        var start = _offset++;
        if (size > bits / 8)
        {
            throw Broken(start, $"a compact integer has {size} bytes, more than {bits / 8}");
        }

        var value = ReadUnsigned(size);
        return value >> (8 * (size - 1)) == 0 ? throw Broken(start, $"a compact integer is longer than it needs to be") : value;
    }

    /// <summary>Reads an unsigned little-endian integer of up to 16 bytes.</summary>
    /// <exception cref="ScaleException">Fewer bytes are left.</exception>
    public UInt128 ReadUnsigned(int size)
    {
        Span<byte> value = stackalloc byte[16];
        value.Clear();
        ReadBytes(size).CopyTo(value);
        return BinaryPrimitives.ReadUInt128LittleEndian(value);
    }

    /// <summary>Checks compact integers and skips them.</summary>
    /// <param name="count">The number of integers.</param>
    /// <param name="max">The maximum of their type.</param>
    /// <exception cref="ScaleException">One is larger than the maximum, has a shorter form, or is incomplete.</exception>
    public void SkipCompact(long count, ulong max)
    {
        for (var i = 0L; i < count; i++)
        {
            if (_offset < _bytes.Length && (_bytes[_offset] & 0b11) == 0b00 && max >= 0b111111)
            {
                _offset++;
            }
            else
            {
                ReadCompact(max);
            }
        }
    }

    /// <summary>Reads the count of a sequence's items.</summary>
    /// <param name="minItemSize">The minimum size of one item in bytes; at least 1.</param>
    /// <exception cref="ScaleException">The remaining bytes cannot hold so many items.</exception>
    public int ReadCount(int minItemSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(minItemSize, 1);

        var start = _offset;
        var count = ReadCompact(uint.MaxValue);
        return count <= (ulong)(Remaining / minItemSize)
            ? (int)count
            : throw Broken(start, $"{count} items of {minItemSize} bytes or more do not fit into the remaining {Remaining} bytes");
    }

    /// <summary>Reads this many raw bytes.</summary>
    /// <exception cref="ScaleException">Fewer are left.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw Broken(_offset, $"{count} bytes are needed, {Remaining} are left");
        }

        var bytes = _bytes.Slice(_offset, count);
        _offset += count;
        return bytes;
    }

    /// <summary>Checks that no bytes are left.</summary>
    /// <exception cref="ScaleException">Bytes are left.</exception>
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

    private (ulong Value, ulong Min) ReadBig(byte first, int start)
    {
        var size = (first >> 2) + 4;
        if (size > sizeof(ulong))
        {
            throw Broken(start, $"a compact integer has {size} bytes, more than {sizeof(ulong)}");
        }

        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();
        ReadBytes(size).CopyTo(value);

        // The minimum of the shortest form: four bytes must exceed the previous mode; with more bytes, the highest one must not be zero.
        return (BinaryPrimitives.ReadUInt64LittleEndian(value), size == 4 ? 1UL << 30 : 1UL << (8 * (size - 1)));
    }

    /// <summary>Creates the exception for a value that is wrong although its encoding is right.</summary>
    internal static ScaleException Broken(int offset, FormattableString what) =>
        new(string.Create(CultureInfo.InvariantCulture, $"At byte {offset}: {what}."));
}
