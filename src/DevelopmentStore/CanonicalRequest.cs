namespace S3Auth.DevelopmentStore;

/// <summary>
/// Builds the canonical request from the received request.
/// Specification: "Task 1: Create a canonical request", Amazon S3 API Reference.
/// </summary>
internal static class CanonicalRequest
{
    public static string Build(
        string method, RequestTarget target, IHeaderDictionary headers, IReadOnlyList<string> signedHeaders, string payloadHash)
    {
        var text = new StringBuilder()
            .Append(method).Append('\n')
            .Append(S3UriEncoding.EncodePath(target.Path)).Append('\n')
            .Append(target.Query.Canonical()).Append('\n');

        foreach (var name in signedHeaders)
        {
            text.Append(name).Append(':');
            AppendValues(text, headers, name);
            text.Append('\n');
        }

        return text.Append('\n').AppendJoin(';', signedHeaders).Append('\n').Append(payloadHash).ToString();
    }

    private static void AppendValues(StringBuilder text, IHeaderDictionary headers, string name)
    {
        var first = true;
        foreach (var value in headers[name])
        {
            text.Append(first ? "" : ",");
            first = false;
            AppendCollapsed(text, value.AsSpan().Trim(' '));
        }
    }

    private static void AppendCollapsed(StringBuilder text, ReadOnlySpan<char> value)
    {
        var previous = '\0';
        foreach (var c in value)
        {
            if (c != ' ' || previous != ' ')
            {
                text.Append(c);
            }

            previous = c;
        }
    }
}
