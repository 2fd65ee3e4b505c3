namespace S3Auth.Substrate.Metadata;

/// <summary>
/// The types of a runtime. Skips values of any type, so that a reader can ignore fields that it does not know. The types are untrusted:
/// they may refer to themselves, nest deeply, or describe values of enormous size. Messages contain no names from the metadata. Not
/// thread-safe.
/// </summary>
public sealed class TypeRegistry
{
    /// <summary>The maximum depth of a value. Values of real runtimes have less than 20 levels.</summary>
    public const int MaxDepth = 64;

    private const int MaxDescriptionDepth = 6;

    private readonly IReadOnlyList<TypeDefinition> _types;
    private readonly ValueSize?[] _sizes;
    private readonly Dictionary<(int Type, byte Variant), int[]> _parts = [];

    /// <param name="types">The types. They refer to each other by their position.</param>
    public TypeRegistry(IReadOnlyList<TypeDefinition> types)
    {
        ArgumentNullException.ThrowIfNull(types);

        _types = types;
        _sizes = new ValueSize?[types.Count];
    }

    /// <summary>The number of types.</summary>
    public int Count => _types.Count;

    /// <summary>The type with this index.</summary>
    public TypeDefinition this[int type] => _types[type];

    /// <summary>Returns the number of bytes that every value of a type has; null if values have different sizes.</summary>
    /// <exception cref="ScaleException">The type is nested too deeply.</exception>
    public long? FixedSizeOf(int type) => SizeOf(type, MaxDepth).Fixed;

    /// <summary>Returns the minimum number of bytes of a value of a type.</summary>
    /// <exception cref="ScaleException">The type is nested too deeply.</exception>
    public long MinSizeOf(int type) => SizeOf(type, MaxDepth).Min;

    /// <summary>
    /// Returns the type inside structures that have a single unnamed field, such as <c>NetUid(u16)</c> or <c>BoundedVec(Vec)</c>. Their
    /// encoding is that of the field.
    /// </summary>
    /// <param name="type">The outermost type.</param>
    /// <param name="isAllowed">Whether to unwrap a structure; by default all. Returns the first structure that it does not allow.</param>
    /// <exception cref="ScaleException">The type is nested too deeply.</exception>
    public int Unwrap(int type, Func<CompositeType, bool>? isAllowed = null)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            if (_types[type] is not CompositeType { Fields: [{ Name: null } field] } structure || isAllowed?.Invoke(structure) == false)
            {
                return type;
            }

            type = field.Type;
        }

        throw TooDeep();
    }

    /// <summary>Checks one value of a type and skips it.</summary>
    /// <exception cref="ScaleException">The value is malformed or nested too deeply.</exception>
    public void Skip(ref ScaleReader reader, int type) => Skip(ref reader, type, MaxDepth);

    /// <summary>
    /// Describes a type for people, such as <c>Vec&lt;Compact&lt;u64&gt;&gt;</c>. The names are untrusted text from the metadata.
    /// </summary>
    public string Describe(int type) => Describe(type, MaxDescriptionDepth);

    private void Skip(ref ScaleReader reader, int type, int depth)
    {
        var size = SizeOf(type, MaxDepth);
        if (size is { Fixed: { } bytes, IsUnchecked: true })
        {
            SkipBytes(ref reader, bytes);
            return;
        }

        if (depth == 0)
        {
            throw TooDeep();
        }

        switch (_types[type])
        {
            case CompositeType composite:
                SkipParts(ref reader, PartsOf(type, 0, composite.Fields), depth);
                break;
            case TupleType tuple:
                SkipParts(ref reader, _parts.GetValueOrDefault((type, (byte)0)) ?? Keep((type, 0), tuple.Items), depth);
                break;
            case VariantType variants:
                var variant = ReadVariant(ref reader, variants);
                SkipParts(ref reader, PartsOf(type, variant.Index, variant.Fields), depth);
                break;
            case SequenceType sequence:
                SkipItems(ref reader, sequence.Item, (long)reader.ReadCompact(uint.MaxValue), depth);
                break;
            case ArrayType array:
                SkipItems(ref reader, array.Item, array.Length, depth);
                break;
            case CompactType compact when CompactBits(compact.Item) is var bits:
                if (bits > 0)
                {
                    reader.ReadCompact128(bits);
                }

                break;
            case BitSequenceType bits:
                SkipBits(ref reader, bits.Store);
                break;
            case PrimitiveType { Kind: Primitive.Bool }:
                reader.ReadBool();
                break;
            case PrimitiveType { Kind: Primitive.Character }:
                SkipChar(ref reader);
                break;
            case PrimitiveType { Kind: Primitive.Text }:
                SkipText(ref reader);
                break;
            case var other:
                throw new InvalidOperationException($"{other} has a fixed size.");
        }
    }

    private void SkipParts(ref ScaleReader reader, int[] parts, int depth)
    {
        foreach (var part in parts)
        {
            Skip(ref reader, part, depth - 1);
        }
    }

    private int[] PartsOf(int type, byte variant, IReadOnlyList<TypeField> fields) =>
        _parts.GetValueOrDefault((type, variant)) ?? Keep((type, variant), fields.Select(field => field.Type));

    // Only the parts that have bytes. A hostile type may have thousands of empty parts, and a list may have millions of such items.
    private int[] Keep((int Type, byte Variant) key, IEnumerable<int> parts) =>
        _parts[key] = [.. parts.Where(part => SizeOf(part, MaxDepth).Fixed != 0)];

    private void SkipItems(ref ScaleReader reader, int item, long count, int depth)
    {
        var size = SizeOf(item, MaxDepth);
        if (size is { Fixed: { } bytes, IsUnchecked: true })
        {
            SkipBytes(ref reader, Multiply(count, bytes));
            return;
        }

        // A count of four bytes could otherwise cause billions of steps.
        if (size.Min == 0)
        {
            if (size.Fixed != 0 && count > 0)
            {
                throw new ScaleException("Items of a list may have no bytes.");
            }

            return;
        }

        if (Multiply(count, size.Min) > reader.Remaining)
        {
            throw ScaleReader.Broken(
                reader.Offset, $"{count} items of {size.Min} bytes or more do not fit into the remaining {reader.Remaining} bytes");
        }

        // The usual list, without a type test for each item.
        if (_types[item] is CompactType compact && CompactBits(compact.Item) is > 0 and <= 64 and var bits)
        {
            reader.SkipCompact(count, ulong.MaxValue >> (64 - bits));
            return;
        }

        for (var i = 0L; i < count; i++)
        {
            Skip(ref reader, item, depth - 1);
        }
    }

    private void SkipBits(ref ScaleReader reader, int store)
    {
        if (FixedSizeOf(store) * 8 is not ((8 or 16 or 32 or 64) and var width))
        {
            throw new ScaleException("The words of a list of bits do not have 8, 16, 32 or 64 bits.");
        }

        var count = (long)reader.ReadCompact(uint.MaxValue);
        SkipBytes(ref reader, (count + width - 1) / width * (width / 8));
    }

    private static void SkipChar(ref ScaleReader reader)
    {
        var start = reader.Offset;
        var scalar = BinaryPrimitives.ReadUInt32LittleEndian(reader.ReadBytes(sizeof(uint)));
        if (!System.Text.Rune.IsValid(scalar))
        {
            throw ScaleReader.Broken(start, $"{scalar} is not a character");
        }
    }

    private static void SkipText(ref ScaleReader reader)
    {
        var start = reader.Offset;
        if (!System.Text.Unicode.Utf8.IsValid(reader.ReadBytes(reader.ReadCount(minItemSize: 1))))
        {
            throw ScaleReader.Broken(start, $"a text is not UTF-8");
        }
    }

    private static void SkipBytes(ref ScaleReader reader, long count) =>
        reader.ReadBytes(count <= reader.Remaining
            ? (int)count
            : throw ScaleReader.Broken(reader.Offset, $"{count} bytes are needed, {reader.Remaining} are left"));

    private static TypeVariant ReadVariant(ref ScaleReader reader, VariantType type)
    {
        var start = reader.Offset;
        var index = reader.ReadBytes(1)[0];
        return type.Variants.FirstOrDefault(variant => variant.Index == index)
            ?? throw ScaleReader.Broken(start, $"an enumeration has no variant {index}");
    }

    // The width of an unsigned integer in compact form; 0 for a type without bytes, whose compact form has no bytes either.
    private int CompactBits(int type)
    {
        for (var depth = 0; depth < MaxDepth; depth++)
        {
            switch (_types[type])
            {
                case PrimitiveType { Kind: >= Primitive.U8 and <= Primitive.U128 and var kind }:
                    return 8 << (kind - Primitive.U8);
                case TupleType { Items: [] } or CompositeType { Fields: [] }:
                    return 0;
                case CompositeType { Fields: [var field] }:
                    type = field.Type;
                    break;
                case TupleType { Items: [var item] }:
                    type = item;
                    break;
                default:
                    throw new ScaleException("A type that is no unsigned integer has no compact form.");
            }
        }

        throw TooDeep();
    }

    private ValueSize SizeOf(int type, int depth)
    {
        if (_sizes[type] is { } known)
        {
            return known;
        }

        if (depth == 0)
        {
            throw TooDeep();
        }

        // While the type is being measured, a reference to itself counts as a value of unknown size.
        _sizes[type] = ValueSize.Unknown;
        try
        {
            var size = Measure(_types[type], depth - 1);
            _sizes[type] = size;
            return size;
        }
        catch
        {
            _sizes[type] = null;
            throw;
        }
    }

    private ValueSize Measure(TypeDefinition type, int depth) => type switch
    {
        CompositeType { Fields: var fields } => Sum(fields.Select(field => field.Type), depth),
        TupleType { Items: var items } => Sum(items, depth),
        VariantType { Variants: var variants } => MeasureVariants(variants, depth),
        ArrayType { Length: 0 } => new ValueSize(0, 0, IsUnchecked: true),
        ArrayType array when SizeOf(array.Item, depth) is var item => new ValueSize(
            Multiply(array.Length, item.Min), item.Fixed is { } bytes ? Multiply(array.Length, bytes) : null, item.IsUnchecked),
        CompactType compact when CompactBits(compact.Item) == 0 => new ValueSize(0, 0, IsUnchecked: true),
        SequenceType or CompactType or BitSequenceType or PrimitiveType { Kind: Primitive.Text } => ValueSize.Unknown,
        PrimitiveType { Kind: Primitive.Bool } => new ValueSize(1, 1, IsUnchecked: false),
        PrimitiveType { Kind: Primitive.Character } => new ValueSize(4, 4, IsUnchecked: false),
        PrimitiveType { Kind: >= Primitive.I8 and var kind } => Integer(kind - Primitive.I8),
        PrimitiveType { Kind: var kind } => Integer(kind - Primitive.U8),
        _ => throw new InvalidOperationException($"{type} has no size."),
    };

    private ValueSize Sum(IEnumerable<int> parts, int depth)
    {
        var sum = new ValueSize(0, 0, IsUnchecked: true);
        foreach (var part in parts)
        {
            var size = SizeOf(part, depth);
            sum = new ValueSize(Add(sum.Min, size.Min), sum.Fixed is { } left && size.Fixed is { } right ? Add(left, right) : null,
                sum.IsUnchecked && size.IsUnchecked);
        }

        return sum;
    }

    private ValueSize MeasureVariants(IReadOnlyList<TypeVariant> variants, int depth)
    {
        // Measures the fields although the size is unknown, to refuse types that are nested too deeply.
        foreach (var variant in variants)
        {
            Sum(variant.Fields.Select(field => field.Type), depth);
        }

        return ValueSize.Unknown;
    }

    private string Describe(int type, int depth) => depth == 0 ? "…" : _types[type] switch
    {
        SequenceType sequence => $"Vec<{Describe(sequence.Item, depth - 1)}>",
        ArrayType array => $"[{Describe(array.Item, depth - 1)}; {array.Length}]",
        CompactType compact => $"Compact<{Describe(compact.Item, depth - 1)}>",
        VariantType { Name: "Option", Variants: [.., { Fields: [var field] }] } => $"Option<{Describe(field.Type, depth - 1)}>",
        PrimitiveType primitive => primitive.Kind.ToString().ToLowerInvariant(),
        TupleType { Items: [] } => "()",
        TupleType => "a tuple",
        BitSequenceType => "BitVec",
        { Path.Length: > 0 } named => named.Name,
        CompositeType => "a structure",
        _ => "an enumeration",
    };

    private static ValueSize Integer(int power) => new(1L << power, 1L << power, IsUnchecked: true);

    // Saturating, because sizes come from untrusted lengths.
    private static long Add(long left, long right) => left > long.MaxValue - right ? long.MaxValue : left + right;

    private static long Multiply(long left, long right) => right != 0 && left > long.MaxValue / right ? long.MaxValue : left * right;

    private static ScaleException TooDeep() => new($"The types are nested deeper than {MaxDepth} levels.");

    /// <param name="Min">The minimum number of bytes.</param>
    /// <param name="Fixed">The number of bytes if it is always the same.</param>
    /// <param name="IsUnchecked">Whether all bytes are valid values.</param>
    private readonly record struct ValueSize(long Min, long? Fixed, bool IsUnchecked)
    {
        internal static readonly ValueSize Unknown = new(1, null, IsUnchecked: false);
    }
}
