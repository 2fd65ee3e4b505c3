using System.Xml.Linq;

namespace S3Auth.DevelopmentStore.Tests;

/// <summary>An answer as received.</summary>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The code of S3's error document; empty where the body is none.</summary>
    public string Code => Text.StartsWith("<?xml", StringComparison.Ordinal) ? Element("Code") : "";

    /// <summary>"status code", which is what most tests are about.</summary>
    public string Summary => Code.Length == 0 ? Status.ToString(CultureInfo.InvariantCulture) : $"{Status} {Code}";

    public string Element(string name) => XDocument.Parse(Text, LoadOptions.PreserveWhitespace).Root!.Elements().FirstOrDefault(element =>
        name.Equals(element.Name.LocalName, StringComparison.Ordinal))?.Value ?? "";

    /// <summary>Reads one answer, as far as its Content-Length says.</summary>
    public static async Task<RawResponse> ReadAsync(Stream stream, bool headersOnly, CancellationToken cancellation)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[64 * 1024];
        RawResponse? head = null;
        var wanted = long.MaxValue;
        while (answer.Length < wanted)
        {
            int read;
            try
            {
                read = await stream.ReadAsync(buffer, cancellation);
            }
            catch (IOException) when (answer.Length > 0)
            {
                // If the server closes with unread bytes, the connection is reset after the answer.
                break;
            }

            if (read == 0)
            {
                break;
            }

            answer.Write(buffer, 0, read);
            if (head is null && (head = Parse(answer.ToArray())) is not null)
            {
                wanted = answer.Length - head.Body.Length + head.DeclaredLength(headersOnly);
            }
        }

        return Parse(answer.ToArray()) ?? new RawResponse(0, new Dictionary<string, string>(StringComparer.Ordinal), []);
    }

    private long DeclaredLength(bool headersOnly) =>
        headersOnly ? 0 : long.Parse(Headers.GetValueOrDefault("Content-Length", "0"), CultureInfo.InvariantCulture);

    private static RawResponse? Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new RawResponse(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, bytes[(end + 4)..]);
    }
}
