using System.IO.Hashing;
using System.Text;

namespace S3Auth.Substrate.Metadata;

/// <summary>
/// Keys of a runtime's storage: the hashes of the pallet's prefix and of the entry's name, 16 bytes each, and the hashed parts of a map's
/// key. Specification: "Storage", https://docs.polkadot.com/polkadot-protocol/parachain-basics/node-and-runtime/.
/// </summary>
public static class StorageKey
{
    /// <summary>Returns the key of a value, or of an item of a map.</summary>
    /// <param name="entry">The value or the map.</param>
    /// <param name="parts">The parts of the map's key in SCALE, one for each hasher; none for a single value.</param>
    /// <exception cref="ArgumentException">The number of parts is wrong.</exception>
    public static byte[] Create(StorageEntry entry, params ReadOnlySpan<byte[]> parts)
    {
        ArgumentNullException.ThrowIfNull(entry);

        if (parts.Length != entry.Hashers.Count)
        {
            throw new ArgumentException($"{entry.Name} has {entry.Hashers.Count} parts in its key, not {parts.Length}.", nameof(parts));
        }

        var key = new List<byte>([.. Twox(Encoding.UTF8.GetBytes(entry.Prefix), 2), .. Twox(Encoding.UTF8.GetBytes(entry.Name), 2)]);
        for (var part = 0; part < parts.Length; part++)
        {
            key.AddRange(Hash(entry.Hashers[part], parts[part]));
        }

        return [.. key];
    }

    private static byte[] Hash(StorageHasher hasher, byte[] part) => hasher switch
    {
        StorageHasher.Blake2128 => Blake2b(16, part),
        StorageHasher.Blake2256 => Blake2b(32, part),
        StorageHasher.Blake2128Concat => [.. Blake2b(16, part), .. part],
        StorageHasher.Twox128 => Twox(part, 2),
        StorageHasher.Twox256 => Twox(part, 4),
        StorageHasher.Twox64Concat => [.. Twox(part, 1), .. part],
        StorageHasher.Identity => part,
        _ => throw new ArgumentOutOfRangeException(nameof(hasher), hasher, message: null),
    };

    private static byte[] Blake2b(int size, byte[] part)
    {
        var hash = new byte[size];
        Sodium.Blake2b(hash, part);
        return hash;
    }

    // xxHash64 with the seeds 0, 1, 2 and so on, each little-endian.
    private static byte[] Twox(ReadOnlySpan<byte> part, int words)
    {
        var hash = new byte[words * sizeof(ulong)];
        for (var seed = 0; seed < words; seed++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hash.AsSpan(seed * sizeof(ulong)), XxHash64.HashToUInt64(part, seed));
        }

        return hash;
    }
}
