namespace S3Auth.DevelopmentStore;

/// <summary>GET /bucket?uploads. Specification: "ListMultipartUploads", Amazon S3 API Reference.</summary>
internal sealed class ListMultipartUploads(EmbeddedStoreOptions options, MultipartUploads uploads)
{
    public Task HandleAsync(HttpContext context, QueryParameters query)
    {
        var encoded = query.IsUrlEncodingWanted();
        var (prefix, delimiter) = (query["prefix"] ?? "", query["delimiter"] ?? "");
        var (keyMarker, idMarker) = (query["key-marker"] ?? "", query["upload-id-marker"] ?? "");
        var maxUploads = query.Count("max-uploads", ListObjects.MaxItems);
        var after = uploads.All
            .Where(upload => upload.Key.StartsWith(prefix, StringComparison.Ordinal) && IsAfter(upload, keyMarker, idMarker))
            .GroupBy(upload => CommonPrefix(upload.Key, prefix, delimiter) ?? $"{upload.Key}\0{upload.Id}", StringComparer.Ordinal)
            .Select(group => (Common: CommonPrefix(group.First().Key, prefix, delimiter), Upload: group.First()))
            .Where(item => item.Common is null || item.Common != keyMarker)
            .ToArray();
        var page = after.Take(maxUploads).ToArray();
        var isTruncated = page.Length is > 0 and var length && length < after.Length;

        return S3Xml.SendAsync(context.Response, StatusCodes.Status200OK, "ListMultipartUploadsResult", xml =>
        {
            xml.WriteElementString("Bucket", options.Bucket);
            xml.WriteElementString("KeyMarker", S3Xml.Key(keyMarker, encoded));
            xml.WriteElementString("UploadIdMarker", idMarker);
            if (isTruncated)
            {
                var (common, upload) = page[^1];
                xml.WriteElementString("NextKeyMarker", S3Xml.Key(common ?? upload.Key, encoded));
                xml.WriteElementString("NextUploadIdMarker", common is null ? upload.Id : "");
            }

            xml.WriteElementString("Prefix", S3Xml.Key(prefix, encoded));
            if (delimiter.Length > 0)
            {
                xml.WriteElementString("Delimiter", S3Xml.Key(delimiter, encoded));
            }

            if (encoded)
            {
                xml.WriteElementString("EncodingType", "url");
            }

            xml.WriteElementString("MaxUploads", S3Xml.Number(maxUploads));
            xml.WriteElementString("IsTruncated", isTruncated ? "true" : "false");
            foreach (var (_, upload) in page.Where(item => item.Common is null))
            {
                xml.WriteStartElement("Upload");
                xml.WriteElementString("Key", S3Xml.Key(upload.Key, encoded));
                xml.WriteElementString("UploadId", upload.Id);
                S3Xml.WriteOwner(xml, "Initiator", options);
                S3Xml.WriteOwner(xml, "Owner", options);
                xml.WriteElementString("StorageClass", upload.Properties.StorageClass);
                xml.WriteElementString("Initiated", S3Xml.Time(upload.Initiated));
                xml.WriteEndElement();
            }

            foreach (var (common, _) in page.Where(item => item.Common is not null))
            {
                xml.WriteStartElement("CommonPrefixes");
                xml.WriteElementString("Prefix", S3Xml.Key(common!, encoded));
                xml.WriteEndElement();
            }
        });
    }

    // As S3 does, ignores an upload-id-marker without a key-marker.
    private static bool IsAfter(MultipartUpload upload, string keyMarker, string idMarker) =>
        Utf8Order.Instance.Compare(upload.Key, keyMarker) switch
        {
            > 0 => true,
            0 => idMarker.Length > 0 && string.CompareOrdinal(upload.Id, idMarker) > 0,
            _ => false,
        };

    private static string? CommonPrefix(string key, string prefix, string delimiter) =>
        delimiter.Length > 0 && key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal) is >= 0 and var cut
            ? key[..(cut + delimiter.Length)]
            : null;
}
