namespace S3Auth.S3;

/// <summary>
/// The value of a request's parameter: text, or bytes that need not be UTF-8. Stores may return such bytes in keys and continuation
/// tokens, and only the same bytes lead to the next page.
/// </summary>
public readonly struct S3Text
{
    private S3Text(string? text, ReadOnlyMemory<byte>? bytes)
    {
        Text = text;
        Bytes = bytes;
    }

    /// <summary>The text; null where there are bytes, or no value.</summary>
    internal string? Text { get; }

    /// <summary>The bytes; null where there is a text, or no value.</summary>
    internal ReadOnlyMemory<byte>? Bytes { get; }

    /// <summary>A value of text; none for null.</summary>
    public static implicit operator S3Text(string? text) => FromString(text);

    /// <inheritdoc cref="op_Implicit"/>
    public static S3Text FromString(string? text) => new(text, bytes: null);

    /// <summary>A value of bytes.</summary>
    public static S3Text FromBytes(ReadOnlyMemory<byte> bytes) => new(text: null, bytes);
}
