namespace S3Auth.DevelopmentStore;

/// <summary>
/// Builds the canonical request from the received request.
/// Specification: "Task 1: Create a canonical request", Amazon S3 API Reference.
/// </summary>
internal static class CanonicalRequest
{
    /// <param name="method">The method.</param>
    /// <param name="target">Path and query.</param>
    /// <param name="headers">The received headers.</param>
    /// <param name="signedHeaders">The names of the signed headers in lower case.</param>
    /// <param name="payloadHash">The hash of the body, or the name that replaces it.</param>
    /// <param name="omitsMissing">Whether a signed header that is missing is omitted. Otherwise it counts as empty.</param>
    public static string Build(
        string method,
        RequestTarget target,
        IHeaderDictionary headers,
        IReadOnlyList<string> signedHeaders,
        string payloadHash,
        bool omitsMissing)
    {
        var text = new StringBuilder()
            .Append(method).Append('\n')
            .Append(S3UriEncoding.EncodePath(target.Path)).Append('\n')
            .Append(target.Query.Canonical()).Append('\n');

        foreach (var name in signedHeaders.Where(name => !omitsMissing || headers.ContainsKey(name)))
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
