namespace S3Auth.DevelopmentStore;

/// <summary>GET /bucket/key?uploadId. Specification: "ListParts", Amazon S3 API Reference.</summary>
internal sealed class ListParts(EmbeddedStoreOptions options, MultipartUploads uploads)
{
    public Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var query = target.Query;
        var encoded = query.IsUrlEncodingWanted();
        var upload = uploads.Find(query["uploadId"]!, key);
        var maxParts = query.Count("max-parts", ListObjects.MaxItems);
        var marker = query.Count("part-number-marker", maximum: int.MaxValue, missing: 0);
        var after = upload.Parts.Where(part => part.Key > marker).ToArray();
        var page = after.Take(maxParts).ToArray();
        var checksum = upload.Properties.ChecksumOfUpload();

        return S3Xml.SendAsync(context.Response, StatusCodes.Status200OK, "ListPartsResult", xml =>
        {
            xml.WriteElementString("Bucket", options.Bucket);
            xml.WriteElementString("Key", S3Xml.Key(key, encoded));
            xml.WriteElementString("UploadId", upload.Id);
            S3Xml.WriteOwner(xml, "Initiator", options);
            S3Xml.WriteOwner(xml, "Owner", options);
            xml.WriteElementString("StorageClass", upload.Properties.StorageClass);
            xml.WriteElementString("PartNumberMarker", S3Xml.Number(marker));
            xml.WriteElementString("NextPartNumberMarker", S3Xml.Number(page.Length == 0 ? 0 : page[^1].Key));
            xml.WriteElementString("MaxParts", S3Xml.Number(maxParts));
            xml.WriteElementString("IsTruncated", page.Length is > 0 and var length && length < after.Length ? "true" : "false");
            if (checksum is not null)
            {
                xml.WriteElementString("ChecksumAlgorithm", checksum.Algorithm);
                xml.WriteElementString("ChecksumType", checksum.Type);
            }

            foreach (var (number, part) in page)
            {
                xml.WriteStartElement("Part");
                xml.WriteElementString("PartNumber", S3Xml.Number(number));
                xml.WriteElementString("LastModified", S3Xml.Time(part.LastModified));
                xml.WriteElementString("ETag", part.ETag);
                xml.WriteElementString("Size", S3Xml.Number(part.Size));
                if (part.Properties.Checksum() is { } right)
                {
                    xml.WriteElementString(right.Element, right.Value);
                }

                xml.WriteEndElement();
            }
        });
    }
}
