namespace S3Auth.Testing;

/// <summary>
/// A presigned URL in a form that can be compared: parameters sorted, no default port. Read by hand, since <see cref="Uri"/>
/// would normalise the path.
/// </summary>
public static class SignedUrl
{
    public static string Parse(string url)
    {
        var (path, query) = Split(WithoutDefaultPort(url));
        return $"{path}\n{string.Join('\n', query.Order(StringComparer.Ordinal))}";
    }

    public static IReadOnlyDictionary<string, string> Parameters(string url) =>
        Split(url).Query.Select(parameter => parameter.Split('=', 2)).ToDictionary(
            pair => Uri.UnescapeDataString(pair[0]), pair => Uri.UnescapeDataString(pair[1]), StringComparer.Ordinal);

    public static string WithoutDefaultPort(string url)
    {
        var path = url.IndexOf('/', url.IndexOf("://", StringComparison.Ordinal) + 3);
        var origin = url[..path];
        var port = origin.StartsWith("https:", StringComparison.Ordinal) ? ":443" : ":80";
        return origin.EndsWith(port, StringComparison.Ordinal) ? origin[..^port.Length] + url[path..] : url;
    }

    private static (string Path, string[] Query) Split(string url)
    {
        var question = url.IndexOf('?', StringComparison.Ordinal);
        return (url[..question], url[(question + 1)..].Split('&'));
    }
}
