namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An answer of an object store, as it goes over the wire.</summary>
internal sealed partial record S3Answer(HttpStatusCode Status, IReadOnlyList<KeyValuePair<string, string>> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public bool Accepted => (int)Status is >= 200 and < 300;

    /// <summary>The code of an S3 error, or null.</summary>
    public string? Code => Accepted ? null : CodeElement().Match(Text) is { Success: true } code ? code.Groups["code"].Value : null;

    /// <summary>Returns an S3 error.</summary>
    public static S3Answer Error(int status, string code, string message, params ReadOnlySpan<(string Name, string Value)> details)
    {
        var more = new StringBuilder();
        foreach (var (name, value) in details)
        {
            more.Append(CultureInfo.InvariantCulture, $"<{name}>{WebUtility.HtmlEncode(value)}</{name}>");
        }

        return new S3Answer(
            (HttpStatusCode)status,
            [KeyValuePair.Create("Content-Type", "application/xml")],
            Encoding.UTF8.GetBytes(
                $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{WebUtility.HtmlEncode(message)}"
                    + $"</Message>{more}</Error>"));
    }

    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) =>
        Headers.Where(one => one.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(one => one.Value).FirstOrDefault();

    /// <summary>Sets a header, in place of any of that name.</summary>
    public S3Answer With(string name, string value) => this with
    {
        Headers = [.. Headers.Where(one => !one.Key.Equals(name, StringComparison.OrdinalIgnoreCase)), KeyValuePair.Create(name, value)],
    };

    public override string ToString() => $"{(int)Status}: {Text}";

    [GeneratedRegex("<Code>(?<code>[A-Za-z0-9]+)</Code>", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex CodeElement();
}
