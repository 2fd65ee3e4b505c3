namespace S3Auth.Substrate.Metadata;

/// <summary>
/// A type of a runtime, as its metadata defines it. Types refer to each other by their index in the <see cref="TypeRegistry"/>.
/// </summary>
/// <param name="Path">The type's name with its namespace, such as <c>sp_core::crypto::AccountId32</c>; empty if it has none.</param>
public abstract record TypeDefinition(string Path)
{
    /// <summary>The name without the namespace.</summary>
    public string Name => Path[(Path.LastIndexOf(':') + 1)..];
}

/// <summary>A structure: its fields follow each other.</summary>
public sealed record CompositeType(string Path, IReadOnlyList<TypeField> Fields) : TypeDefinition(Path);

/// <summary>An enumeration: one byte chooses the variant, whose fields follow.</summary>
public sealed record VariantType(string Path, IReadOnlyList<TypeVariant> Variants) : TypeDefinition(Path);

/// <summary>A list: a compact count, and as many items.</summary>
public sealed record SequenceType(string Path, int Item) : TypeDefinition(Path);

/// <summary>A fixed number of items.</summary>
public sealed record ArrayType(string Path, int Item, uint Length) : TypeDefinition(Path);

/// <summary>Items of different types that follow each other.</summary>
public sealed record TupleType(string Path, IReadOnlyList<int> Items) : TypeDefinition(Path);

/// <summary>A basic type.</summary>
public sealed record PrimitiveType(string Path, Primitive Kind) : TypeDefinition(Path);

/// <summary>An unsigned integer in compact form.</summary>
/// <param name="Path">The type's name.</param>
/// <param name="Item">The integer, or a structure around one.</param>
public sealed record CompactType(string Path, int Item) : TypeDefinition(Path);

/// <summary>A list of bits: a compact count of bits, and the words that store them.</summary>
/// <param name="Path">The type's name.</param>
/// <param name="Store">The type of a word.</param>
public sealed record BitSequenceType(string Path, int Store) : TypeDefinition(Path);

/// <summary>A field.</summary>
/// <param name="Name">Its name; null if it has none.</param>
/// <param name="Type">The index of its type.</param>
public readonly record struct TypeField(string? Name, int Type);

/// <summary>A variant of an enumeration.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Index">The byte that chooses it.</param>
/// <param name="Fields">Its fields.</param>
public sealed record TypeVariant(string Name, byte Index, IReadOnlyList<TypeField> Fields);

/// <summary>The basic types, in the order of their numbers in the metadata.</summary>
public enum Primitive
{
    /// <summary>One byte, 0 or 1.</summary>
    Bool,

    /// <summary>A Unicode scalar value in four bytes.</summary>
    Character,

    /// <summary>UTF-8 text with a compact count of its bytes.</summary>
    Text,

    /// <summary>An unsigned integer of 8 bits.</summary>
    U8,

    /// <summary>An unsigned integer of 16 bits.</summary>
    U16,

    /// <summary>An unsigned integer of 32 bits.</summary>
    U32,

    /// <summary>An unsigned integer of 64 bits.</summary>
    U64,

    /// <summary>An unsigned integer of 128 bits.</summary>
    U128,

    /// <summary>An unsigned integer of 256 bits.</summary>
    U256,

    /// <summary>A signed integer of 8 bits.</summary>
    I8,

    /// <summary>A signed integer of 16 bits.</summary>
    I16,

    /// <summary>A signed integer of 32 bits.</summary>
    I32,

    /// <summary>A signed integer of 64 bits.</summary>
    I64,

    /// <summary>A signed integer of 128 bits.</summary>
    I128,

    /// <summary>A signed integer of 256 bits.</summary>
    I256,
}
