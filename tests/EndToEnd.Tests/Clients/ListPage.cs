using System.Xml.Linq;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>One page of ListObjectsV2, read as a client reads it.</summary>
internal sealed record ListPage(IReadOnlyList<string> Keys, IReadOnlyList<string> CommonPrefixes, bool IsTruncated, string? NextToken)
{
    public static ListPage Parse(string xml)
    {
        var root = XDocument.Parse(xml).Root ?? throw new FormatException("The listing is empty.");
        Assert.That(root.Name.LocalName, Is.EqualTo("ListBucketResult"));
        var encoded = Texts(root, "EncodingType").Any(type => string.Equals(type, "url", StringComparison.Ordinal));
        string Plain(string text) => encoded ? WebUtility.UrlDecode(text) : text;
        return new ListPage(
            [.. Elements(root, "Contents").SelectMany(one => Texts(one, "Key")).Select(Plain)],
            [.. Elements(root, "CommonPrefixes").SelectMany(one => Texts(one, "Prefix")).Select(Plain)],
            Texts(root, "IsTruncated").Any(text => string.Equals(text, "true", StringComparison.Ordinal)),
            Texts(root, "NextContinuationToken").SingleOrDefault());
    }

    private static IEnumerable<XElement> Elements(XElement parent, string name) =>
        parent.Elements().Where(element => string.Equals(element.Name.LocalName, name, StringComparison.Ordinal));

    private static IEnumerable<string> Texts(XElement parent, string name) => Elements(parent, name).Select(element => element.Value);
}
