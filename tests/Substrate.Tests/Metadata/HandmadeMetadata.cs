using System.Buffers.Binary;
using System.Text;

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>
/// Writes runtime metadata by hand, so that it can be what no runtime would send. Types are bytes without their number; the number is the
/// position.
/// </summary>
internal static class HandmadeMetadata
{
    internal static readonly byte[] Unit = Tuple();
    internal static readonly byte[] Bool = Primitive(0);
    internal static readonly byte[] Text = Primitive(2);
    internal static readonly byte[] U8 = Primitive(3);
    internal static readonly byte[] U64 = Primitive(6);

    /// <summary>Metadata of these types, without pallets and without runtime APIs.</summary>
    internal static byte[] Write(IReadOnlyList<byte[]> types, int version = 15) => Write(WriteTypes(types), version);

    /// <summary>Metadata whose types are these bytes, with their count.</summary>
    internal static byte[] Write(byte[] types, int version = 15) =>
        [.. "meta"u8, (byte)version, .. types, .. WriteRest(version, apis: [0])];

    /// <summary>What follows the types in metadata without pallets. All types in it are the first one.</summary>
    internal static byte[] WriteRest(int version, byte[] apis) => version == 14
        ? [0, 0, 4, 0, 0]
        : [0, 4, 0, 0, 0, 0, 0, 0, .. apis, 0, 0, 0, 0];

    internal static byte[] WriteTypes(IReadOnlyList<byte[]> types) =>
        [.. Compact((ulong)types.Count), .. types.SelectMany((type, number) => (byte[])[.. Compact((ulong)number), .. type])];

    internal static byte[] Composite(params int[] fields) =>
        Type(0, [.. Compact((ulong)fields.Length), .. fields.SelectMany(field => (byte[])[0, .. Compact((ulong)field), 0, 0])]);

    /// <summary>An enum of one variant, whose number is 0.</summary>
    internal static byte[] Variant(params int[] fields) => Type(
        1,
        [
            .. Compact(1), .. WriteText("V"), .. Compact((ulong)fields.Length),
            .. fields.SelectMany(field => (byte[])[0, .. Compact((ulong)field), 0, 0]), 0, 0,
        ]);

    internal static byte[] Sequence(int item) => Type(2, Compact((ulong)item));

    internal static byte[] Array(uint length, int item)
    {
        var bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, length);
        return Type(3, [.. bytes, .. Compact((ulong)item)]);
    }

    internal static byte[] Tuple(params int[] items) =>
        Type(4, [.. Compact((ulong)items.Length), .. items.SelectMany(item => Compact((ulong)item))]);

    internal static byte[] Primitive(byte kind) => Type(5, [kind]);

    internal static byte[] CompactOf(int type) => Type(6, Compact((ulong)type));

    internal static byte[] Bits(int store) => Type(7, [.. Compact((ulong)store), .. Compact((ulong)store)]);

    internal static byte[] Type(byte kind, byte[] content) => [0, 0, kind, .. content, 0];

    internal static byte[] WriteText(string text) => [.. Compact((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    internal static byte[] Compact(ulong value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        switch (value)
        {
            case < 1 << 6:
                return [(byte)(value << 2)];
            case < 1 << 14:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, (value << 2) | 1);
                return bytes[..2].ToArray();
            case < 1 << 30:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, (value << 2) | 2);
                return bytes[..4].ToArray();
            default:
                BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
                var size = Math.Max(4, bytes.TrimEnd((byte)0).Length);
                return [(byte)(((size - 4) << 2) | 3), .. bytes[..size]];
        }
    }
}
