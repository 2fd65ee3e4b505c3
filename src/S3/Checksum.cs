using System.Security.Cryptography;

namespace S3Auth.S3;

/// <summary>
/// Computes one of the checksums that SDKs send with an upload (<c>x-amz-checksum-…</c>).
/// Specification: "Checking object integrity", Amazon S3 User Guide.
/// </summary>
internal sealed class Checksum : IDisposable
{
    private const string Prefix = "x-amz-checksum-";

    private static readonly ulong[] Crc32Table = Table(0xEDB88320);
    private static readonly ulong[] Crc32CTable = Table(0x82F63B78);
    private static readonly ulong[] Crc64NvmeTable = Table(0x9A6C9329AC4BC9B5);

    private readonly IncrementalHash? _hash;
    private readonly ulong[] _table = [];
    private readonly int _crcBytes;
    private ulong _crc;

    private Checksum(string header, IncrementalHash hash)
    {
        Header = header;
        _hash = hash;
    }

    private Checksum(string header, ulong[] table, int crcBytes)
    {
        Header = header;
        _table = table;
        _crcBytes = crcBytes;
        _crc = ulong.MaxValue >> (64 - (8 * crcBytes));
    }

    /// <summary>The name of the header or trailer for this checksum, in lower case.</summary>
    public string Header { get; }

    /// <summary>Whether a header with this name contains the value of a checksum.</summary>
    public static bool IsHeader(string name) =>
        name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
        && !name.Equals("x-amz-checksum-type", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("x-amz-checksum-algorithm", StringComparison.OrdinalIgnoreCase)
        && !name.Equals("x-amz-checksum-mode", StringComparison.OrdinalIgnoreCase);

    /// <summary>Returns a new checksum for a header.</summary>
    /// <exception cref="S3Exception">NotImplemented for an unknown algorithm.</exception>
    public static Checksum For(string header)
    {
        header = header.ToLowerInvariant();
#pragma warning disable CA5350 // S3 defines SHA-1 as a checksum against accidental changes, not as a protection.
        return header switch
        {
            "x-amz-checksum-crc32" => new Checksum(header, Crc32Table, 4),
            "x-amz-checksum-crc32c" => new Checksum(header, Crc32CTable, 4),
            "x-amz-checksum-crc64nvme" => new Checksum(header, Crc64NvmeTable, 8),
            "x-amz-checksum-sha1" => new Checksum(header, IncrementalHash.CreateHash(HashAlgorithmName.SHA1)),
            "x-amz-checksum-sha256" => new Checksum(header, IncrementalHash.CreateHash(HashAlgorithmName.SHA256)),
            _ => throw S3Error.NotImplemented.With(null, ("Header", header)),
        };
#pragma warning restore CA5350
    }

    /// <summary>Adds bytes to the content.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_hash is not null)
        {
            _hash.AppendData(bytes);
            return;
        }

        var (crc, table) = (_crc, _table);
        foreach (var value in bytes)
        {
            crc = table[(byte)crc ^ value] ^ (crc >> 8);
        }

        _crc = crc;
    }

    /// <summary>Returns the checksum of all appended bytes in base64, as in headers.</summary>
    public string Value()
    {
        if (_hash is not null)
        {
            return Convert.ToBase64String(_hash.GetCurrentHash());
        }

        Span<byte> bytes = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, ~_crc);
        return Convert.ToBase64String(bytes[^_crcBytes..]);
    }

    public void Dispose() => _hash?.Dispose();

    /// <summary>Returns the table of a reflected CRC with one entry for each byte value.</summary>
    private static ulong[] Table(ulong polynomial)
    {
        var table = new ulong[256];
        for (var i = 0; i < table.Length; i++)
        {
            var value = (ulong)i;
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ polynomial;
            }

            table[i] = value;
        }

        return table;
    }
}
