namespace S3Auth.Substrate.Metadata;

/// <summary>
/// A runtime's description of its types, runtime APIs and storage. Decodes metadata of version 14, which has no runtime APIs, and 15, from
/// untrusted bytes. Bounds the number of bytes, types and parts, so that hostile metadata takes a limited amount of memory.
/// Source: the crates <c>frame-metadata</c> (https://github.com/paritytech/frame-metadata) and <c>scale-info</c>
/// (https://github.com/paritytech/scale-info).
/// </summary>
public sealed class RuntimeMetadata
{
    /// <summary>The maximum size in bytes. Real metadata has 200 to 900 KB.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    // The text "meta", little-endian.
    private const uint Magic = 0x6174656d;

    private RuntimeMetadata(int version, TypeRegistry types, IReadOnlyList<StorageEntry> storage, IReadOnlyList<RuntimeApiMethod> methods)
    {
        Version = version;
        Types = types;
        Storage = storage;
        Methods = methods;
    }

    /// <summary>The version of the metadata's format: 14 or 15.</summary>
    public int Version { get; }

    /// <summary>The types.</summary>
    public TypeRegistry Types { get; }

    /// <summary>The storage of all pallets.</summary>
    public IReadOnlyList<StorageEntry> Storage { get; }

    /// <summary>The functions of all runtime APIs; empty for version 14, which does not list them.</summary>
    public IReadOnlyList<RuntimeApiMethod> Methods { get; }

    /// <summary>Decodes metadata: the magic number, the version, and its content.</summary>
    /// <exception cref="ScaleException">It is malformed, too large, or of another version.</exception>
    public static RuntimeMetadata Decode(ReadOnlySpan<byte> metadata)
    {
        if (metadata.Length > MaxBytes)
        {
            throw new ScaleException($"The metadata has {metadata.Length} bytes, more than {MaxBytes}.");
        }

        var reader = new MetadataReader(metadata);
        if (reader.ReadUInt32() != Magic)
        {
            throw new ScaleException("The metadata does not begin with its magic number.");
        }

        int version = reader.ReadByte();
        if (version is not (14 or 15))
        {
            throw new ScaleException($"The metadata has version {version}, not 14 or 15.");
        }

        var types = new TypeRegistry(reader.ReadTypes());
        var storage = new List<StorageEntry>();
        reader.ReadPallets(version, storage);
        reader.SkipExtrinsic(version);
        reader.ReadType();

        var methods = new List<RuntimeApiMethod>();
        if (version == 15)
        {
            reader.ReadMethods(methods);
            reader.SkipEnumsAndCustomValues();
        }

        reader.ReadEnd();
        return new RuntimeMetadata(version, types, storage, methods);
    }
}
