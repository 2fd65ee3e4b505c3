namespace S3Auth.Client.Uploads;

/// <summary>The parts of an S3 POST form around the file (multipart/form-data, RFC 7578).</summary>
internal sealed class UploadForm
{
    private UploadForm(string boundary, byte[] head, byte[] tail)
    {
        ContentType = $"multipart/form-data; boundary={boundary}";
        Head = head;
        Tail = tail;
    }

    internal string ContentType { get; }

    internal byte[] Head { get; }

    internal byte[] Tail { get; }

    /// <param name="fields">The granted fields.</param>
    /// <param name="key">The value of the field <c>key</c>.</param>
    internal static UploadForm Of(IEnumerable<KeyValuePair<string, string>> fields, string key)
    {
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var head = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            if (name.AsSpan().ContainsAny("\"\r\n"))
            {
                throw new FormatException("The server granted an upload form with an invalid field name.");
            }

            head.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"").Append(name).Append("\"\r\n\r\n")
                .Append(name == "key" ? key : value).Append("\r\n");
        }

        // The local file name stays private; the key names the object.
        head.Append("--").Append(boundary)
            .Append("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"")
            .Append("\r\nContent-Type: application/octet-stream\r\n\r\n");
        return new UploadForm(boundary, Encoding.UTF8.GetBytes(head.ToString()), Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
    }
}
