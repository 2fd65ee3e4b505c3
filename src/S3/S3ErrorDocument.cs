using System.Text.RegularExpressions;
using System.Xml;

namespace S3Auth.S3;

/// <summary>
/// An S3 error, read from the body of an answer. The answering host controls every character of it, so it is shortened and sanitised before
/// it reaches a log or a client: see <see cref="Sentence"/>.
/// </summary>
/// <param name="Code">The code, 1 to 64 letters and digits.</param>
/// <param name="Sentence">The message: at most 200 printable ASCII characters, without anything as long as a signature or a token; null
/// where there is none.</param>
/// <param name="Region">The region that the store names as the right one; null where it names none.</param>
public sealed partial record S3ErrorDocument(string Code, string? Sentence, string? Region)
{
    private const int MaxDocumentCharacters = 64 * 1024;
    private const int MaxSentenceLength = 200;

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        MaxCharactersInDocument = MaxDocumentCharacters,
        IgnoreWhitespace = true,
    };

    /// <summary>Code and message, as one sentence.</summary>
    public override string ToString() => Sentence is null ? Code : $"{Code} ({Sentence})";

    /// <summary>Reads an S3 error document. Returns null when the text is anything else.</summary>
    public static S3ErrorDocument? Parse(string text)
    {
        string? code = null, message = null, region = null;
        try
        {
            using var xml = XmlReader.Create(new StringReader(text.TrimStart('\uFEFF', ' ', '\r', '\n')), Settings);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "Error" || xml.IsEmptyElement)
            {
                return null;
            }

            xml.Read();
            while (xml.NodeType == XmlNodeType.Element)
            {
                switch (xml.LocalName)
                {
                    case "Code":
                        code ??= xml.ReadElementContentAsString();
                        break;
                    case "Message":
                        message ??= xml.ReadElementContentAsString();
                        break;
                    case "Region":
                        region ??= xml.ReadElementContentAsString();
                        break;
                    default:
                        xml.Skip();
                        break;
                }
            }
        }
        catch (XmlException)
        {
            // An error document that is cut off or damaged after its code is still S3's own.
        }

        return code is not null && CodePattern().IsMatch(code) ? new S3ErrorDocument(code, Clean(message), CleanRegion(region)) : null;
    }

    /// <summary>The region, where it can be one.</summary>
    public static string? CleanRegion(string? region) => region is not null && RegionPattern().IsMatch(region) ? region : null;

    private static string? Clean(string? message)
    {
        var clean = new StringBuilder();
        foreach (var character in LongRun().Replace(message ?? "", "..."))
        {
            if (clean.Length == MaxSentenceLength)
            {
                break;
            }

            clean.Append(character is >= ' ' and <= '~' ? character : ' ');
        }

        var text = clean.ToString().Trim();
        return text.Length == 0 ? null : text;
    }

    [GeneratedRegex(@"\A[A-Za-z0-9]{1,64}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,63}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RegionPattern();

    // Addresses; access key ids (16 characters and more), signatures (64) and session tokens (hundreds).
    [GeneratedRegex(
        @"https?://\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|[A-Za-z0-9+/=%_:.-]{24,}|\b[A-Z0-9]{16,}\b",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongRun();
}
