using System.Buffers.Binary;

namespace S3Auth.Infrastructure.Chain;

/// <summary>How an integer or a flag is encoded.</summary>
/// <param name="Bits">The width of an integer; 1 for a flag.</param>
/// <param name="IsCompact">Whether an integer is in compact form.</param>
/// <param name="IsOptional">Whether it is inside an <c>Option</c>. None counts as 0, or as not set.</param>
internal sealed record SubnetItem(int Bits, bool IsCompact, bool IsOptional = false)
{
    /// <summary>16 bits, little-endian, as all known runtimes encode a netuid and a uid.</summary>
    internal static readonly SubnetItem PlainU16 = new(16, IsCompact: false);

    /// <summary>The maximum of an integer, or 2⁶⁴-1 if it is wider than 64 bits.</summary>
    internal ulong Max { get; } = Bits >= 64 ? ulong.MaxValue : (1UL << Bits) - 1;

    /// <summary>Reads an integer.</summary>
    /// <exception cref="ScaleException">The integer is malformed, or larger than 2⁶⁴-1.</exception>
    internal ulong ReadInteger(ref ScaleReader reader, string name)
    {
        if (IsOptional && !reader.ReadOption())
        {
            return 0;
        }

        if (IsCompact && Bits <= 64)
        {
            return reader.ReadCompact(Max);
        }

        var value = IsCompact ? reader.ReadCompact128(Bits) : reader.ReadUnsigned(Bits / 8);
        return value <= ulong.MaxValue
            ? (ulong)value
            : throw new ScaleException($"An item of {name} is {value}, more than 64 bits.");
    }

    /// <summary>Encodes an integer of 16 bits.</summary>
    internal byte[] WriteInteger(ushort value)
    {
        if (!IsCompact)
        {
            var bytes = new byte[Bits / 8];
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
            return bytes;
        }

        var shifted = (uint)value << 2;
        return value switch
        {
            < 1 << 6 => [(byte)shifted],
            < 1 << 14 => [(byte)(shifted | 1), (byte)(shifted >> 8)],
            _ => [(byte)(shifted | 2), (byte)(shifted >> 8), (byte)(shifted >> 16), (byte)(shifted >> 24)],
        };
    }

    /// <summary>Reads a flag.</summary>
    /// <exception cref="ScaleException">The flag is neither 0 nor 1.</exception>
    internal bool ReadFlag(ref ScaleReader reader) => (!IsOptional || reader.ReadOption()) && reader.ReadBool();
}
