using System.Text;

namespace S3Auth.Substrate.Metadata;

/// <summary>Reads the parts of runtime metadata. Counts types and members, and refuses more than <see cref="MaxParts"/>.</summary>
internal ref struct MetadataReader(ReadOnlySpan<byte> metadata)
{
    /// <summary>The maximum number of types. Real runtimes have 500 to 1,500.</summary>
    internal const int MaxTypes = 16 * 1024;

    // Types, fields, variants, tuple items and storage entries. Real runtimes have up to 20,000 of these parts.
    private const int MaxParts = 256 * 1024;

    private const int MaxNameBytes = 256;
    private const int MaxPathSegments = 32;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private ScaleReader _reader = new(metadata);
    private int _parts;
    private int _types;

    internal byte ReadByte() => _reader.ReadBytes(1)[0];

    internal uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(_reader.ReadBytes(sizeof(uint)));

    internal readonly void ReadEnd() => _reader.ReadEnd();

    /// <summary>Reads all types. Their indexes must be their positions.</summary>
    internal TypeDefinition[] ReadTypes()
    {
        var count = _reader.ReadCount(minItemSize: 6);
        if (count > MaxTypes)
        {
            throw new ScaleException($"There are {count} types, more than {MaxTypes}.");
        }

        _types = count;
        var types = new TypeDefinition[count];
        for (var index = 0; index < count; index++)
        {
            if (_reader.ReadCompact(uint.MaxValue) is var id && id != (ulong)index)
            {
                throw new ScaleException($"The type at position {index} has the number {id}.");
            }

            types[index] = ReadDefinition();
        }

        return types;
    }

    /// <summary>Reads the index of a type.</summary>
    internal int ReadType()
    {
        var index = _reader.ReadCompact(uint.MaxValue);
        return index < (ulong)_types ? (int)index : throw new ScaleException($"There is no type {index}; there are {_types} types.");
    }

    internal void ReadPallets(int version, List<StorageEntry> storage)
    {
        var pallets = ReadCount();
        for (var pallet = 0; pallet < pallets; pallet++)
        {
            ReadName();
            if (_reader.ReadOption())
            {
                ReadStorage(storage);
            }

            SkipOptionalType(); // Calls
            SkipOptionalType(); // Events
            SkipConstants();
            SkipOptionalType(); // Errors
            ReadByte();
            if (version == 15)
            {
                SkipDocs();
            }
        }
    }

    internal void SkipExtrinsic(int version)
    {
        if (version == 14)
        {
            ReadType();
            ReadByte();
        }
        else
        {
            // The version, and the types of address, call, signature and extra data.
            ReadByte();
            ReadType();
            ReadType();
            ReadType();
            ReadType();
        }

        var extensions = ReadCount();
        for (var extension = 0; extension < extensions; extension++)
        {
            ReadName();
            ReadType();
            ReadType();
        }
    }

    internal void ReadMethods(List<RuntimeApiMethod> methods)
    {
        var apis = ReadCount();
        for (var api = 0; api < apis; api++)
        {
            var apiName = ReadName();
            var count = ReadCount();
            for (var method = 0; method < count; method++)
            {
                var name = ReadName();
                var inputs = new int[ReadCount()];
                for (var input = 0; input < inputs.Length; input++)
                {
                    ReadName();
                    inputs[input] = ReadType();
                }

                methods.Add(new RuntimeApiMethod(apiName, name, inputs, ReadType()));
                SkipDocs();
            }

            SkipDocs();
        }
    }

    internal void SkipEnumsAndCustomValues()
    {
        ReadType(); // Calls
        ReadType(); // Events
        ReadType(); // Errors
        var values = ReadCount();
        for (var value = 0; value < values; value++)
        {
            ReadName();
            ReadType();
            SkipBytes();
        }
    }

    private TypeDefinition ReadDefinition()
    {
        var path = ReadPath();
        var parameters = ReadCount();
        for (var parameter = 0; parameter < parameters; parameter++)
        {
            ReadName();
            SkipOptionalType();
        }

        var kind = ReadByte();
        TypeDefinition type = kind switch
        {
            0 => new CompositeType(path, ReadFields()),
            1 => new VariantType(path, ReadVariants()),
            2 => new SequenceType(path, ReadType()),
            3 => ReadArray(path),
            4 => new TupleType(path, ReadTupleItems()),
            5 => new PrimitiveType(path, ReadEnum<Primitive>("primitive type")),
            6 => new CompactType(path, ReadType()),
            7 => ReadBitSequence(path),
            _ => throw new ScaleException($"There is no kind of type with the number {kind}."),
        };
        SkipDocs();
        return type;
    }

    private string ReadPath()
    {
        var count = ReadCount();
        if (count > MaxPathSegments)
        {
            throw new ScaleException($"A type's path has {count} segments, more than {MaxPathSegments}.");
        }

        var segments = new string[count];
        for (var segment = 0; segment < count; segment++)
        {
            segments[segment] = ReadName();
        }

        return string.Join("::", segments);
    }

    private TypeField[] ReadFields()
    {
        var fields = new TypeField[ReadCount()];
        for (var field = 0; field < fields.Length; field++)
        {
            var name = _reader.ReadOption() ? ReadName() : null;
            fields[field] = new TypeField(name, ReadType());

            // The type's name in the source code, which may be longer than MaxNameBytes.
            if (_reader.ReadOption())
            {
                SkipBytes();
            }

            SkipDocs();
        }

        return fields;
    }

    private TypeVariant[] ReadVariants()
    {
        var variants = new TypeVariant[ReadCount()];
        var seen = new HashSet<byte>();
        for (var variant = 0; variant < variants.Length; variant++)
        {
            var (name, fields, index) = (ReadName(), ReadFields(), ReadByte());
            variants[variant] = seen.Add(index)
                ? new TypeVariant(name, index, fields)
                : throw new ScaleException($"Two variants have the index {index}.");
            SkipDocs();
        }

        return variants;
    }

    private int[] ReadTupleItems()
    {
        var items = new int[ReadCount()];
        for (var item = 0; item < items.Length; item++)
        {
            items[item] = ReadType();
        }

        return items;
    }

    private ArrayType ReadArray(string path)
    {
        var length = ReadUInt32();
        return new ArrayType(path, ReadType(), length);
    }

    private BitSequenceType ReadBitSequence(string path)
    {
        var type = new BitSequenceType(path, ReadType());
        ReadType(); // The order of the bits within a word
        return type;
    }

    private void ReadStorage(List<StorageEntry> storage)
    {
        var prefix = ReadName();
        var entries = ReadCount();
        for (var entry = 0; entry < entries; entry++)
        {
            var name = ReadName();
            ReadByte(); // What a missing value means: none or the default
            var isMap = ReadByte() switch
            {
                0 => false,
                1 => true,
                var kind => throw new ScaleException($"There is no kind of storage with the number {kind}."),
            };
            var hashers = new StorageHasher[isMap ? ReadCount() : 0];
            for (var hasher = 0; hasher < hashers.Length; hasher++)
            {
                hashers[hasher] = ReadEnum<StorageHasher>("storage hasher");
            }

            storage.Add(new StorageEntry(prefix, name, hashers, isMap ? ReadType() : null, ReadType()));
            SkipBytes(); // The default
            SkipDocs();
        }
    }

    private void SkipConstants()
    {
        var constants = ReadCount();
        for (var constant = 0; constant < constants; constant++)
        {
            ReadName();
            ReadType();
            SkipBytes();
            SkipDocs();
        }
    }

    private void SkipOptionalType()
    {
        if (_reader.ReadOption())
        {
            ReadType();
        }
    }

    private void SkipDocs()
    {
        var lines = _reader.ReadCount(minItemSize: 1);
        for (var line = 0; line < lines; line++)
        {
            SkipBytes();
        }
    }

    private void SkipBytes() => _reader.ReadBytes(_reader.ReadCount(minItemSize: 1));

    // Bounds the number of objects, because most of the counted items become one.
    private int ReadCount()
    {
        var count = _reader.ReadCount(minItemSize: 1);
        _parts += count;
        return _parts <= MaxParts ? count : throw new ScaleException($"The metadata has more than {MaxParts} parts.");
    }

    private string ReadName()
    {
        var bytes = _reader.ReadBytes(_reader.ReadCount(minItemSize: 1));
        if (bytes.Length > MaxNameBytes)
        {
            throw new ScaleException($"A name has {bytes.Length} bytes, more than {MaxNameBytes}.");
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new ScaleException("A name is not UTF-8.");
        }
    }

    private T ReadEnum<T>(string what)
        where T : struct, Enum
    {
        var number = ReadByte();
        var value = (T)Enum.ToObject(typeof(T), number);
        return Enum.IsDefined(value) ? value : throw new ScaleException($"There is no {what} with the number {number}.");
    }
}
