using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>Recognises what a type of a runtime means: an account, an amount, a flag, or a list of them.</summary>
internal sealed class RuntimeTypes(TypeRegistry types)
{
    internal TypeRegistry Registry => types;

    /// <summary>Whether a type is an account: 32 bytes, in any number of wrappers.</summary>
    internal bool IsAccount(int type) =>
        types[types.Unwrap(type, MayBeAccount)] is ArrayType { Length: AccountId.Size, Item: var bytes } && IsByte(bytes);

    /// <summary>Whether a type is <c>u8</c>.</summary>
    internal bool IsByte(int type) => types[type] is PrimitiveType { Kind: Primitive.U8 };

    /// <summary>How a flag or an unsigned integer is encoded; null for any other type.</summary>
    internal SubnetItem? ItemOf(int type)
    {
        var isOptional = IsOption(types.Unwrap(type, IsPlainNumber), out var inner);
        var value = types.Unwrap(inner, IsPlainNumber);
        var isCompact = types[value] is CompactType;
        if (types[value] is CompactType compact)
        {
            value = types.Unwrap(compact.Item, IsPlainNumber);
        }

        return types[value] is not PrimitiveType primitive ? null : primitive.Kind switch
        {
            Primitive.Bool when !isCompact => new SubnetItem(1, IsCompact: false, isOptional),
            >= Primitive.U8 and <= Primitive.U128 => new SubnetItem(8 << (primitive.Kind - Primitive.U8), isCompact, isOptional),
            _ => null,
        };
    }

    /// <summary>The type of a list's items (null if the type is no list), and whether it is inside an <c>Option</c>.</summary>
    internal (int? Item, bool IsOptional) ItemsOf(int type)
    {
        var isOptional = IsOption(types.Unwrap(type), out var inner);
        return (types[types.Unwrap(inner)] is SequenceType sequence ? sequence.Item : null, isOptional);
    }

    /// <summary>Whether a type is an <c>Option</c>, and of which type.</summary>
    /// <param name="type">The type.</param>
    /// <param name="inner">The type inside, or <paramref name="type"/> itself.</param>
    internal bool IsOption(int type, out int inner)
    {
        if (types[type] is VariantType
            {
                Name: "Option",
                Variants: [{ Index: 0, Fields: [] }, { Index: 1, Fields: [var some] }],
            })
        {
            inner = some.Type;
            return true;
        }

        inner = type;
        return false;
    }

    // A hash has the size of an account but is not an account.
    private static bool MayBeAccount(CompositeType type) => type.Name is not ("H256" or "Hash");

    // A fixed-point number, a ratio, or an amount of TAO is encoded like an amount of alpha, but means something else.
    private static bool IsPlainNumber(CompositeType type) =>
        !type.Path.StartsWith("sp_arithmetic::", StringComparison.Ordinal)
        && !type.Path.StartsWith("substrate_fixed::", StringComparison.Ordinal)
        && !type.Name.StartsWith("Fixed", StringComparison.Ordinal)
        && !type.Name.StartsWith("Tao", StringComparison.Ordinal);
}
