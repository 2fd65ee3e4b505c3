using System.Xml;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// GET /bucket: both versions of listings. Specification: "ListObjectsV2" and "ListObjects", Amazon S3 API Reference.
/// </summary>
internal sealed class ListObjects(EmbeddedStoreOptions options, KeyIndex index)
{
    /// <summary>The maximum number of items in a page.</summary>
    public const int MaxItems = 1000;

    public Task HandleAsync(HttpContext context, QueryParameters query)
    {
        var encoded = query.IsUrlEncodingWanted();
        var second = query["list-type"] switch
        {
            null or "" => false,
            "2" => true,
            _ => throw S3Error.InvalidArgument.With("Invalid List Type specified in Request", ("ArgumentName", "list-type")),
        };
        var (prefix, delimiter) = (query["prefix"] ?? "", query["delimiter"] ?? "");
        var maxKeys = query.Count("max-keys", MaxItems);
        var after = second ? After(query, prefix, delimiter) : AfterMarker(query["marker"] ?? "", prefix, delimiter);
        var page = maxKeys == 0 ? new ListPage([], [], Next: null) : index.Page(prefix, delimiter, after, maxKeys);

        return S3Xml.SendAsync(context.Response, StatusCodes.Status200OK, "ListBucketResult", xml =>
        {
            xml.WriteElementString("Name", options.Bucket);
            xml.WriteElementString("Prefix", S3Xml.Key(prefix, encoded));
            if (second)
            {
                WriteSecond(xml, query, page, encoded);
            }
            else
            {
                xml.WriteElementString("Marker", S3Xml.Key(query["marker"] ?? "", encoded));
                if (page.Next is not null && delimiter.Length > 0)
                {
                    xml.WriteElementString("NextMarker", S3Xml.Key(page.Next.Text, encoded));
                }
            }

            xml.WriteElementString("MaxKeys", S3Xml.Number(maxKeys));
            if (delimiter.Length > 0)
            {
                xml.WriteElementString("Delimiter", S3Xml.Key(delimiter, encoded));
            }

            if (encoded)
            {
                xml.WriteElementString("EncodingType", "url");
            }

            xml.WriteElementString("IsTruncated", page.Next is null ? "false" : "true");
            WriteItems(xml, page, encoded, withOwner: !second || string.Equals(query["fetch-owner"], "true", StringComparison.Ordinal));
        });
    }

    private void WriteItems(XmlWriter xml, ListPage page, bool encoded, bool withOwner)
    {
        foreach (var stored in page.Objects)
        {
            xml.WriteStartElement("Contents");
            xml.WriteElementString("Key", S3Xml.Key(stored.Key, encoded));
            xml.WriteElementString("LastModified", S3Xml.Time(stored.LastModified));
            xml.WriteElementString("ETag", stored.ETag);
            xml.WriteElementString("Size", S3Xml.Number(stored.Size));
            if (withOwner)
            {
                S3Xml.WriteOwner(xml, "Owner", options);
            }

            xml.WriteElementString("StorageClass", stored.Properties.StorageClass);
            xml.WriteEndElement();
        }

        foreach (var common in page.CommonPrefixes)
        {
            xml.WriteStartElement("CommonPrefixes");
            xml.WriteElementString("Prefix", S3Xml.Key(common, encoded));
            xml.WriteEndElement();
        }
    }

    private void WriteSecond(XmlWriter xml, QueryParameters query, ListPage page, bool encoded)
    {
        if (query["start-after"] is { Length: > 0 } startAfter)
        {
            xml.WriteElementString("StartAfter", S3Xml.Key(startAfter, encoded));
        }

        if (query["continuation-token"] is { } token)
        {
            xml.WriteElementString("ContinuationToken", token);
        }

        if (page.Next is not null)
        {
            xml.WriteElementString("NextContinuationToken", options.Behaviour.HasPlainTokens ? page.Next.Text : page.Next.ToToken());
        }

        xml.WriteElementString("KeyCount", S3Xml.Number(page.Objects.Count + page.CommonPrefixes.Count));
    }

    private ListPosition? After(QueryParameters query, string prefix, string delimiter) =>
        query["continuation-token"] is { } token
            ? options.Behaviour.HasPlainTokens ? AfterMarker(token, prefix, delimiter) : ListPosition.Parse(token)
        : query["start-after"] is { Length: > 0 } key ? new ListPosition(key, WholePrefix: false)
        : null;

    /// <summary>
    /// Returns the position of a marker. A marker that is a common prefix, as NextMarker may be, skips all keys below it.
    /// </summary>
    private static ListPosition? AfterMarker(string marker, string prefix, string delimiter)
    {
        if (marker.Length == 0)
        {
            return null;
        }

        var cut = delimiter.Length > 0 && marker.StartsWith(prefix, StringComparison.Ordinal)
            ? marker.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal)
            : -1;
        return new ListPosition(marker, WholePrefix: cut >= 0 && cut + delimiter.Length == marker.Length);
    }
}
