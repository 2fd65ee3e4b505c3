namespace S3Auth.S3;

/// <summary>
/// The value of a request parameter: text, or bytes that need not be UTF-8. Stores may return such bytes in keys and continuation
/// tokens, and the request for the next page must send the same bytes.
/// </summary>
public readonly struct S3Text
{
    private S3Text(string? text, ReadOnlyMemory<byte>? bytes)
    {
        Text = text;
        Bytes = bytes;
    }

    /// <summary>The text; null if the value is bytes, or empty.</summary>
    internal string? Text { get; }

    /// <summary>The bytes; null if the value is text, or empty.</summary>
    internal ReadOnlyMemory<byte>? Bytes { get; }

    /// <summary>Returns a value of text; null means no value.</summary>
    public static implicit operator S3Text(string? text) => FromString(text);

    /// <inheritdoc cref="op_Implicit"/>
    public static S3Text FromString(string? text) => new(text, bytes: null);

    /// <summary>Returns a value of bytes.</summary>
    public static S3Text FromBytes(ReadOnlyMemory<byte> bytes) => new(text: null, bytes);
}
