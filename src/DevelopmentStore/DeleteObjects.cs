namespace S3Auth.DevelopmentStore;

/// <summary>POST /bucket?delete. Specification: "DeleteObjects", Amazon S3 API Reference.</summary>
internal sealed class DeleteObjects(EmbeddedStoreOptions options, ObjectFiles files)
{
    private const int MaxKeys = 1000;
    private const int MaxBodyBytes = 2 * 1024 * 1024; // AWS's own limit.

    public async Task HandleAsync(HttpContext context, SignedRequest signed)
    {
        var request = context.Request;
        if (request.Headers.ContentMD5.Count == 0
            && !request.Headers.ContainsKey("x-amz-trailer")
            && !request.Headers.Keys.Any(Checksum.IsHeader))
        {
            throw S3Error.InvalidRequest.With("Missing required header for this request: Content-MD5");
        }

        var body = await RequestBody.ReadAsync(request, signed, MaxBodyBytes, options.Behaviour.HasChecksums);
        var (objects, isQuiet) = Parse(body);
        foreach (var named in objects.Where(named => named.IsCurrentVersion))
        {
            files.Delete(named.Key);
        }

        await S3Xml.SendAsync(context.Response, StatusCodes.Status200OK, "DeleteResult", xml =>
        {
            foreach (var named in objects.Where(named => !named.IsCurrentVersion || !isQuiet))
            {
                xml.WriteStartElement(named.IsCurrentVersion ? "Deleted" : "Error");
                xml.WriteElementString("Key", named.Key);
                if (!named.IsCurrentVersion)
                {
                    xml.WriteElementString("VersionId", named.Version);
                    xml.WriteElementString("Code", "NoSuchVersion");
                    xml.WriteElementString("Message", "The bucket has no versions.");
                }

                xml.WriteEndElement();
            }
        });
    }

    private static (List<NamedObject> Objects, bool IsQuiet) Parse(byte[] body)
    {
        var (objects, isQuiet) = (new List<NamedObject>(), false);
        XmlBody.Read(body, "Delete", (xml, name) =>
        {
            if (name == "Quiet")
            {
                isQuiet = xml.ReadElementContentAsString().Trim() is "true" or "1";
                return;
            }

            if (name != "Object" || objects.Count == MaxKeys)
            {
                throw S3Error.MalformedXml.With();
            }

            string? key = null, version = null;
            XmlBody.ReadChildren(xml, child =>
            {
                var text = xml.ReadElementContentAsString();
                switch (child)
                {
                    case "Key":
                        key = text;
                        break;
                    case "VersionId":
                        version = text;
                        break;
                    default:
                        // A condition, such as ETag. If the store ignored it, it would delete too much.
                        throw S3Error.NotImplemented.With(null, ("Element", child));
                }
            });
            objects.Add(new NamedObject(key is { Length: > 0 } ? key : throw S3Error.MalformedXml.With(), version));
        });
        return objects.Count > 0 ? (objects, isQuiet) : throw S3Error.MalformedXml.With();
    }

    private sealed record NamedObject(string Key, string? Version)
    {
        // The name of the only version in a bucket without versions.
        public bool IsCurrentVersion => Version is null or "null";
    }
}
