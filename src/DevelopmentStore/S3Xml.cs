using System.Xml;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// Writes S3's XML. Characters of a key that XML 1.0 does not allow become character references, as in S3. To parse such a listing, a
/// client requests <c>encoding-type=url</c>.
/// </summary>
internal static class S3Xml
{
    private const string Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private static readonly XmlWriterSettings Settings = new()
    {
        Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
        // Otherwise a carriage return in a key would become a line feed.
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <summary>Sends a document with a root element in S3's namespace.</summary>
    public static Task SendAsync(HttpResponse response, int status, string root, Action<XmlWriter> content) =>
        SendAsync(response, status, xml =>
        {
            xml.WriteStartElement(root, Namespace);
            content(xml);
            xml.WriteEndElement();
        });

    /// <summary>Sends S3's error document, which has no namespace.</summary>
    public static Task SendErrorAsync(HttpResponse response, S3Exception refusal, string resource, string requestId) =>
        SendAsync(response, refusal.Error.Status, xml =>
        {
            xml.WriteStartElement("Error");
            xml.WriteElementString("Code", refusal.Error.Code);
            xml.WriteElementString("Message", refusal.Error.Message);
            foreach (var (name, value) in refusal.Details)
            {
                xml.WriteElementString(name, value);
            }

            xml.WriteElementString("Resource", resource);
            xml.WriteElementString("RequestId", requestId);
            xml.WriteEndElement();
        });

    public static string Time(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns a key as in a listing: plain, or encoded if the client requested it. S3 encodes keys there as Java encodes forms: a space as
    /// <c>+</c>, <c>~</c> as <c>%7E</c>, and <c>*</c> unchanged. Unlike Java, it does not encode the slash.
    /// </summary>
    public static string Key(string key, bool encoded) => !encoded ? key : S3UriEncoding.EncodePath(key)
        .Replace("%20", "+", StringComparison.Ordinal)
        .Replace("%2A", "*", StringComparison.Ordinal)
        .Replace("~", "%7E", StringComparison.Ordinal);

    /// <summary>Writes the bucket's only owner, which is named after the access key.</summary>
    public static void WriteOwner(XmlWriter xml, string element, EmbeddedStoreOptions options)
    {
        xml.WriteStartElement(element);
        xml.WriteElementString("ID", options.AccessKey);
        xml.WriteElementString("DisplayName", options.AccessKey);
        xml.WriteEndElement();
    }

    private static async Task SendAsync(HttpResponse response, int status, Action<XmlWriter> document)
    {
        using var buffer = new MemoryStream();
        using (var xml = XmlWriter.Create(buffer, Settings))
        {
            xml.WriteStartDocument();
            document(xml);
            xml.WriteEndDocument();
        }

        response.StatusCode = status;
        response.ContentType = "application/xml";
        response.ContentLength = buffer.Length;
        if (!HttpMethods.IsHead(response.HttpContext.Request.Method))
        {
            await response.Body.WriteAsync(buffer.GetBuffer().AsMemory(0, (int)buffer.Length), response.HttpContext.RequestAborted);
        }
    }
}
