namespace S3Auth.Client.Uploads;

/// <summary>What stands around a file in an S3 POST form (multipart/form-data, RFC 7578): the fields before it, the end after it.</summary>
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

    /// <param name="fields">The fields as they were granted.</param>
    /// <param name="key">The key to set among them.</param>
    internal static UploadForm Of(IEnumerable<KeyValuePair<string, string>> fields, string key)
    {
        var boundary = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var head = new StringBuilder();
        foreach (var (name, value) in fields)
        {
            if (name.AsSpan().ContainsAny("\"\r\n"))
            {
                throw new FormatException("The server granted a form with a field that has no proper name.");
            }

            head.Append("--").Append(boundary).Append("\r\nContent-Disposition: form-data; name=\"").Append(name).Append("\"\r\n\r\n")
                .Append(name == "key" ? key : value).Append("\r\n");
        }

        // The file's own name is not sent: the key says it.
        head.Append("--").Append(boundary)
            .Append("\r\nContent-Disposition: form-data; name=\"file\"; filename=\"file\"\r\nContent-Type: application/octet-stream\r\n\r\n");
        return new UploadForm(boundary, Encoding.UTF8.GetBytes(head.ToString()), Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
    }
}
