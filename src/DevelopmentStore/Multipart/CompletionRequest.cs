namespace S3Auth.DevelopmentStore;

/// <summary>The parts that a client names when it completes a multipart upload.</summary>
internal static class CompletionRequest
{
    /// <summary>The maximum size of the XML in bytes: more than 10,000 parts with checksums take.</summary>
    public const int MaxBytes = 4 * 1024 * 1024;

    /// <summary>Parses the XML of the request.</summary>
    /// <exception cref="S3Exception">MalformedXML, also if there is no part or if there are more than 10,000.</exception>
    public static IReadOnlyList<NamedPart> Parse(byte[] body)
    {
        var parts = new List<NamedPart>();
        XmlBody.Read(body, "CompleteMultipartUpload", (xml, name) =>
        {
            if (name != "Part" || parts.Count == MultipartUploads.MaxParts)
            {
                throw S3Error.MalformedXml.With();
            }

            int? number = null;
            string? etag = null;
            ContentChecksum? checksum = null;
            XmlBody.ReadChildren(xml, child =>
            {
                var text = xml.ReadElementContentAsString();
                switch (child)
                {
                    case "PartNumber" when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value):
                        number = value;
                        break;
                    case "ETag":
                        etag = text.Trim('"');
                        break;
                    case var _ when ContentChecksum.HeaderOf(child) is { } header:
                        checksum = new ContentChecksum(header, text);
                        break;
                    default:
                        throw S3Error.MalformedXml.With();
                }
            });
            parts.Add(new NamedPart(number ?? throw S3Error.MalformedXml.With(), etag ?? throw S3Error.MalformedXml.With(), checksum));
        });
        return parts.Count > 0 ? parts : throw S3Error.MalformedXml.With();
    }

    /// <param name="Number">The number of the part.</param>
    /// <param name="ETag">The ETag without quotes.</param>
    /// <param name="Checksum">The checksum; null if the client names none.</param>
    public sealed record NamedPart(int Number, string ETag, ContentChecksum? Checksum);
}
