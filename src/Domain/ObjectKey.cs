using System.Text;
using System.Text.Unicode;

namespace S3Auth.Domain;

/// <summary>
/// An object's key as the store has it: 1 to 2,048 bytes. S3 specifies up to 1,024 bytes of UTF-8, which is what <see cref="ObjectName"/>
/// holds; Ceph's POST also takes bytes that are not UTF-8, and up to 2,048 of them. Equality and order are those of the bytes, as in
/// every S3 listing.
/// </summary>
public readonly struct ObjectKey : IEquatable<ObjectKey>
{
    /// <summary>The longest key, in bytes.</summary>
    public const int MaxBytes = 2048;

    private readonly byte[]? _bytes;

    private ObjectKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The key's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes ?? throw Missing();

    /// <summary>
    /// The key as text, for people and JSON; made at each call. Bytes that are not UTF-8 show as U+FFFD, so different keys may have the same
    /// text.
    /// </summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Reads a key; false when it is empty or too long.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ObjectKey key)
    {
        var isKey = bytes.Length is > 0 and <= MaxBytes;
        key = isKey ? new ObjectKey(bytes.ToArray()) : default;
        return isKey;
    }

    /// <summary>
    /// The key as a name that a URL can carry; false when it is not UTF-8, longer than S3 allows, or has a NUL: Ceph (16.2) takes such keys
    /// by POST, but no store takes them in a URL.
    /// </summary>
    public bool TryGetName(out ObjectName name)
    {
        name = default;
        return Utf8.IsValid(Bytes.Span) && !Bytes.Span.Contains((byte)0) && ObjectName.TryParse(Text, out name);
    }

    /// <summary>Whether the key begins with these bytes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Bytes.Span.StartsWith(prefix);

    /// <summary>Whether a listing has this key after another.</summary>
    public bool IsAfter(ObjectKey other) => Bytes.Span.SequenceCompareTo(other.Bytes.Span) > 0;

    /// <inheritdoc/>
    public bool Equals(ObjectKey other) => _bytes.AsSpan().SequenceEqual(other._bytes);

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ObjectKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    public static bool operator ==(ObjectKey left, ObjectKey right) => left.Equals(right);

    public static bool operator !=(ObjectKey left, ObjectKey right) => !left.Equals(right);

    /// <inheritdoc cref="Text"/>
    public override string ToString() => Text;

    private static InvalidOperationException Missing() => new("An object has a key.");
}
