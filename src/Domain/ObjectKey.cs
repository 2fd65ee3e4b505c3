using System.Text;
using System.Text.Unicode;

namespace S3Auth.Domain;

/// <summary>
/// A key as a store lists it: 1 to 2,048 bytes, compared byte by byte like in S3 listings. S3 specifies at most 1,024 bytes of UTF-8 (see
/// <see cref="ObjectName"/>), but Ceph's POST accepts up to 2,048 bytes, and bytes that are not UTF-8.
/// </summary>
public readonly struct ObjectKey : IEquatable<ObjectKey>
{
    /// <summary>The maximum length, in bytes.</summary>
    public const int MaxBytes = 2048;

    private readonly byte[]? _bytes;

    private ObjectKey(byte[] bytes) => _bytes = bytes;

    /// <summary>The key's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes ?? throw Missing();

    /// <summary>
    /// The key as text, for people and JSON; decoded at each call. Bytes that are not UTF-8 become U+FFFD, so different keys may have the
    /// same text.
    /// </summary>
    public string Text => Encoding.UTF8.GetString(Bytes.Span);

    /// <summary>Makes a key of bytes; false if it would be empty or longer than <see cref="MaxBytes"/>.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ObjectKey key)
    {
        var isKey = bytes.Length is > 0 and <= MaxBytes;
        key = isKey ? new ObjectKey(bytes.ToArray()) : default;
        return isKey;
    }

    /// <summary>
    /// The key as a name that can be used in a URL. False if it is not UTF-8, is longer than S3 allows, or contains NUL: Ceph (16.2)
    /// accepts such keys by POST, but no store accepts them in a URL.
    /// </summary>
    public bool TryGetName(out ObjectName name)
    {
        name = default;
        return Utf8.IsValid(Bytes.Span) && !Bytes.Span.Contains((byte)0) && ObjectName.TryParse(Text, out name);
    }

    /// <summary>Whether the key begins with these bytes.</summary>
    public bool StartsWith(ReadOnlySpan<byte> prefix) => Bytes.Span.StartsWith(prefix);

    /// <summary>Whether this key comes after another one in a listing.</summary>
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

    private static InvalidOperationException Missing() => new("The key was not read.");
}
