using System.Buffers.Text;

namespace S3Auth.S3;

/// <summary>Writes ASCII text into a buffer.</summary>
internal ref struct AsciiWriter(Span<byte> buffer)
{
    private readonly Span<byte> _bytes = buffer;

    /// <summary>Where the next text is written. It can be moved in both directions.</summary>
    internal int Length { get; set; }

    internal void Append(scoped ReadOnlySpan<byte> ascii)
    {
        ascii.CopyTo(_bytes[Length..]);
        Length += ascii.Length;
    }

    internal void AppendAscii(scoped ReadOnlySpan<char> ascii) => Length += Encoding.ASCII.GetBytes(ascii, _bytes[Length..]);

    internal void Append(long number)
    {
        Utf8Formatter.TryFormat(number, _bytes[Length..], out var written);
        Length += written;
    }

    internal void AppendPath(scoped ReadOnlySpan<char> text) => Length += S3UriEncoding.EncodePath(text, _bytes[Length..]);

    internal void AppendParameter(scoped ReadOnlySpan<byte> nameAndEquals, string? value)
    {
        if (value is not null)
        {
            Append(nameAndEquals);
            Length += S3UriEncoding.EncodeComponent(value, _bytes[Length..]);
        }
    }

    internal void AppendParameter(scoped ReadOnlySpan<byte> nameAndEquals, S3Text value)
    {
        if (value.Bytes is { } bytes)
        {
            Append(nameAndEquals);
            Length += S3UriEncoding.EncodeComponent(bytes.Span, _bytes[Length..]);
        }
        else
        {
            AppendParameter(nameAndEquals, value.Text);
        }
    }

    /// <summary>
    /// Returns the capacity for a text that <see cref="AppendPath"/> or <see cref="AppendParameter(ReadOnlySpan{byte}, string?)"/> encodes.
    /// </summary>
    internal static int RoomFor(string? text) => text is null ? 0 : S3UriEncoding.MaxEncodedLength(text.Length);

    /// <inheritdoc cref="RoomFor(string?)"/>
    internal static int RoomFor(S3Text value) =>
        value.Bytes is { } bytes ? S3UriEncoding.MaxEncodedLength(bytes.Length) : RoomFor(value.Text);
}
