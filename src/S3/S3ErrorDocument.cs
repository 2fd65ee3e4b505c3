using System.Text.RegularExpressions;
using System.Xml;

namespace S3Auth.S3;

/// <summary>
/// An S3 error from the body of an answer. The answering host controls every character, so the text is shortened and sanitised for logs and
/// clients. Specification: "Error responses", Amazon S3 API Reference.
/// </summary>
/// <param name="Code">The code: 1 to 64 ASCII letters and digits.</param>
/// <param name="Sentence">
/// The message: at most 200 printable ASCII characters, with URLs, IP addresses and everything as long as a signature or a token replaced
/// by
/// <c>...</c>; null if there is none.
/// </param>
/// <param name="Region">The correct region of the bucket according to the store; null if it names none.</param>
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

    /// <summary>Returns the code and the message: <c>Code (message)</c>.</summary>
    public override string ToString() => Sentence is null ? Code : $"{Code} ({Sentence})";

    /// <summary>Parses an error document. Returns null for any other text.</summary>
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
            // A document that is cut off or damaged after its code still counts.
        }

        return code is not null && IsCode(code) ? new S3ErrorDocument(code, CleanSentence(message), CleanRegion(region)) : null;
    }

    /// <summary>Returns the text if it has the form of a region; otherwise null.</summary>
    public static string? CleanRegion(string? region) => region is not null && RegionPattern().IsMatch(region) ? region : null;

    /// <summary>Whether the text has the form of an error code.</summary>
    internal static bool IsCode(string? text) => text is not null && CodePattern().IsMatch(text);

    /// <summary>Returns a message as <see cref="Sentence"/>; null if nothing is left of it.</summary>
    internal static string? CleanSentence(string? message)
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

    // URLs and IP addresses, access key ids (at least 16 characters), signatures (64) and session tokens (hundreds).
    [GeneratedRegex(
        @"https?://\S+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|[A-Za-z0-9+/=%_:.-]{24,}|\b[A-Z0-9]{16,}\b",
        RegexOptions.None,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex LongRun();
}
