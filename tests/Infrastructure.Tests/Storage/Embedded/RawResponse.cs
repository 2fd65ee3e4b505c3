using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace S3Auth.Infrastructure.Tests.Storage.Embedded;

/// <summary>An answer as received.</summary>
internal sealed record RawResponse(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The code of S3's error document; empty where the body is none.</summary>
    public string Code => Text.StartsWith("<?xml", StringComparison.Ordinal) ? Element("Code") : "";

    /// <summary>"status code", which is what most tests are about.</summary>
    public string Summary => Code.Length == 0 ? Status.ToString(CultureInfo.InvariantCulture) : $"{Status} {Code}";

    public string Element(string name) => XDocument.Parse(Text, LoadOptions.PreserveWhitespace).Root!.Elements().FirstOrDefault(element => name.Equals(element.Name.LocalName, StringComparison.Ordinal))?.Value ?? "";

    public static RawResponse Parse(byte[] bytes)
    {
        var end = bytes.AsSpan().IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return new RawResponse(0, new Dictionary<string, string>(StringComparer.Ordinal), bytes);
        }

        var lines = Encoding.UTF8.GetString(bytes, 0, end).Split("\r\n");
        var headers = lines.Skip(1)
            .Select(line => line.Split(':', 2))
            .ToDictionary(parts => parts[0], parts => parts[1].Trim(), StringComparer.OrdinalIgnoreCase);
        return new RawResponse(int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture), headers, bytes[(end + 4)..]);
    }
}
