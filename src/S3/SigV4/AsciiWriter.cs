using System.Buffers.Text;

namespace S3Auth.S3;

/// <summary>Writes ASCII text into a buffer.</summary>
internal ref struct AsciiWriter(Span<byte> buffer)
{
    private readonly Span<byte> _bytes = buffer;

    /// <summary>The position of the next write. A caller may set it.</summary>
    internal int Position { get; set; }

    internal void Append(scoped ReadOnlySpan<byte> ascii)
    {
        ascii.CopyTo(_bytes[Position..]);
        Position += ascii.Length;
    }

    internal void AppendAscii(scoped ReadOnlySpan<char> ascii) => Position += Encoding.ASCII.GetBytes(ascii, _bytes[Position..]);

    internal void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _bytes[Position..], out var written);
        Position += written;
    }

    internal void AppendPath(scoped ReadOnlySpan<char> text) => Position += S3UriEncoding.EncodePath(text, _bytes[Position..]);

    internal void AppendParameter(scoped ReadOnlySpan<byte> nameAndEquals, string? value)
    {
        if (value is not null)
        {
            Append(nameAndEquals);
            Position += S3UriEncoding.EncodeComponent(value, _bytes[Position..]);
        }
    }

    internal void AppendParameter(scoped ReadOnlySpan<byte> nameAndEquals, S3Text value)
    {
        if (value.Bytes is { } bytes)
        {
            Append(nameAndEquals);
            Position += S3UriEncoding.EncodeComponent(bytes.Span, _bytes[Position..]);
        }
        else
        {
            AppendParameter(nameAndEquals, value.Text);
        }
    }

    /// <summary>
    /// Returns an upper bound of the length of a text that <see cref="AppendPath"/> or
    /// <see cref="AppendParameter(ReadOnlySpan{byte}, string?)"/> encodes.
    /// </summary>
    internal static int MaxLengthOf(string? text) => text is null ? 0 : S3UriEncoding.MaxEncodedLength(text.Length);

    /// <inheritdoc cref="MaxLengthOf(string?)"/>
    internal static int MaxLengthOf(S3Text value) =>
        value.Bytes is { } bytes ? S3UriEncoding.MaxEncodedLength(bytes.Length) : MaxLengthOf(value.Text);
}
