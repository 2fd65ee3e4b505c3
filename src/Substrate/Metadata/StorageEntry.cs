namespace S3Auth.Substrate.Metadata;

/// <summary>A value or a map in a runtime's storage.</summary>
/// <param name="Prefix">The storage prefix of its pallet, usually the pallet's name.</param>
/// <param name="Name">Its name within the pallet.</param>
/// <param name="Hashers">The hashers of a map's keys; empty for a single value.</param>
/// <param name="Key">The index of the type of a map's key, a tuple if it has several hashers; null for a single value.</param>
/// <param name="Value">The index of the type of the value.</param>
public sealed record StorageEntry(string Prefix, string Name, IReadOnlyList<StorageHasher> Hashers, int? Key, int Value);

/// <summary>How a part of a storage key is hashed, in the order of the numbers in the metadata.</summary>
public enum StorageHasher
{
    /// <summary>Blake2b of 16 bytes.</summary>
    Blake2128,

    /// <summary>Blake2b of 32 bytes.</summary>
    Blake2256,

    /// <summary>Blake2b of 16 bytes, followed by the key itself.</summary>
    Blake2128Concat,

    /// <summary>xxHash64 with the seeds 0 and 1.</summary>
    Twox128,

    /// <summary>xxHash64 with the seeds 0 to 3.</summary>
    Twox256,

    /// <summary>xxHash64, followed by the key itself.</summary>
    Twox64Concat,

    /// <summary>The key itself.</summary>
    Identity,
}
