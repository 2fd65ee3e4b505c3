using System.Globalization;
using System.Xml;

namespace S3Auth.S3;

/// <summary>
/// Parses the XML of one ListObjectsV2 page, keeping the bytes of every name. Specification: "ListObjectsV2", Amazon S3 API Reference.
/// </summary>
/// <remarks>
/// Ceph (16.2) percent-encodes keys but writes continuation tokens raw, with bytes that are not UTF-8 and references to characters that
/// XML does not allow. So the document is read as Latin-1, one character a byte, and characters are not checked.
/// </remarks>
public static class S3ListingReader
{
    /// <summary>
    /// The maximum length of a page in bytes. A thousand keys of 2,048 bytes, percent-encoded and with their other elements, have less than
    /// 7 MB.
    /// </summary>
    public const int MaxBytes = 8 * 1024 * 1024;

    private static readonly XmlReaderSettings Settings = new()
    {
        Async = true,
        CheckCharacters = false,
        DtdProcessing = DtdProcessing.Prohibit,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
        MaxCharactersInDocument = MaxBytes,
        XmlResolver = null,
    };

    /// <exception cref="XmlException">The answer is not XML, longer than <see cref="MaxBytes"/>, or has a DTD.</exception>
    /// <exception cref="FormatException">The XML is not a listing.</exception>
    public static async Task<S3ListingPage> ReadAsync(Stream xml, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(xml);
        using var text = new StreamReader(xml, Encoding.Latin1, detectEncodingFromByteOrderMarks: true, bufferSize: -1, leaveOpen: true);
        using var reader = XmlReader.Create(text, Settings);
        if (await reader.MoveToContentAsync().ConfigureAwait(false) != XmlNodeType.Element || reader.LocalName != "ListBucketResult")
        {
            throw new FormatException("The answer is not a listing.");
        }

        var page = new Builder();
        var item = new Item();
        await reader.ReadAsync().ConfigureAwait(false);
        while (!reader.EOF)
        {
            cancellationToken.ThrowIfCancellationRequested();
            switch (reader.NodeType, reader.Depth, reader.LocalName)
            {
                case (XmlNodeType.Element, 1, "Contents"):
                    item = new Item();
                    await reader.ReadAsync().ConfigureAwait(false);
                    break;
                case (XmlNodeType.EndElement, 1, "Contents"):
                    page.Items.Add(item);
                    await reader.ReadAsync().ConfigureAwait(false);
                    break;
                case (XmlNodeType.Element, 1, "CommonPrefixes"):
                    await reader.ReadAsync().ConfigureAwait(false);
                    break;
                case (XmlNodeType.Element, 1, "IsTruncated"):
                    page.IsTruncated = XmlConvert.ToBoolean(await reader.ReadElementContentAsStringAsync().ConfigureAwait(false));
                    break;
                case (XmlNodeType.Element, 1, "NextContinuationToken"):
                    page.NextToken = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false);
                    break;
                case (XmlNodeType.Element, 1, "EncodingType"):
                    page.IsEncoded = await reader.ReadElementContentAsStringAsync().ConfigureAwait(false) == "url";
                    break;
                case (XmlNodeType.Element, 2, "Prefix"):
                    page.Folders.Add(Bytes(await reader.ReadElementContentAsStringAsync().ConfigureAwait(false)));
                    break;
                case (XmlNodeType.Element, 2, "Key"):
                    item.Key = Bytes(await reader.ReadElementContentAsStringAsync().ConfigureAwait(false));
                    break;
                case (XmlNodeType.Element, 2, "Size"):
                    item.Size = long.Parse(
                        await reader.ReadElementContentAsStringAsync().ConfigureAwait(false),
                        NumberStyles.None,
                        CultureInfo.InvariantCulture);
                    break;
                case (XmlNodeType.Element, 2, "LastModified"):
                    item.LastModified = DateTimeOffset.Parse(
                        await reader.ReadElementContentAsStringAsync().ConfigureAwait(false),
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal).ToUniversalTime();
                    break;
                case (XmlNodeType.Element, 2, "ETag"):
                    item.ETag = Encoding.UTF8.GetString(
                        Bytes(await reader.ReadElementContentAsStringAsync().ConfigureAwait(false))).Trim('"');
                    break;
                case (XmlNodeType.Element, _, _):
                    await reader.SkipAsync().ConfigureAwait(false);
                    break;
                default:
                    await reader.ReadAsync().ConfigureAwait(false);
                    break;
            }
        }

        return page.Build();
    }

    /// <summary>
    /// Decodes a name. Encoders differ in which characters they encode. All of them encode a plus sign, and some encode a space as a plus
    /// sign, as forms do.
    /// </summary>
    private static byte[] Name(byte[] bytes, bool isEncoded) => isEncoded ? PercentDecode(bytes) : bytes;

    private static byte[] PercentDecode(byte[] text)
    {
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && char.IsAsciiHexDigit((char)text[i + 1]) && char.IsAsciiHexDigit((char)text[i + 2]))
            {
                text[length++] = (byte)((HexValue(text[i + 1]) << 4) | HexValue(text[i + 2]));
                i += 2;
            }
            else
            {
                text[length++] = text[i] == '+' ? (byte)' ' : text[i];
            }
        }

        return length == text.Length ? text : text[..length];
    }

    private static int HexValue(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;

    // Characters beyond Latin-1 come only from character references.
    private static byte[] Bytes(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\u00ff')
        ? [.. text.EnumerateRunes().SelectMany(rune => rune.Value <= 0xff ? [(byte)rune.Value] : Encoding.UTF8.GetBytes(rune.ToString()))]
        : Encoding.Latin1.GetBytes(text);

    /// <summary>
    /// Collects the page while it is read. The element that says whether names are encoded may come after them, so names are decoded at the
    /// end. They are stored as bytes, which take half the memory of text.
    /// </summary>
    private sealed class Builder
    {
        public List<Item> Items { get; } = [];

        public List<byte[]> Folders { get; } = [];

        public bool IsTruncated { get; set; }

        public bool IsEncoded { get; set; }

        public string? NextToken { get; set; }

        public S3ListingPage Build() => new(
            Items.ConvertAll(item => new S3ListedObject(Name(item.Key, IsEncoded), item.Size, item.LastModified, item.ETag)),
            Folders.ConvertAll(folder => Name(folder, IsEncoded)),
            IsTruncated,
            string.IsNullOrEmpty(NextToken) ? null : Bytes(NextToken));
    }

    private sealed class Item
    {
        public byte[] Key { get; set; } = [];

        public long Size { get; set; }

        public DateTimeOffset LastModified { get; set; } = DateTimeOffset.UnixEpoch;

        public string ETag { get; set; } = "";
    }
}
