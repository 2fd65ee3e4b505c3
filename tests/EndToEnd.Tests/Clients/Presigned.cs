namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Sends presigned URLs, unchanged or altered. URLs are altered as text, so that nothing else in them changes.</summary>
internal static class Presigned
{
    public static Task<StoreAnswer> SendAsync(HttpMethod method, string url, byte[]? content = null) => StoreAnswer.OfAsync(async http =>
    {
        using var request = new HttpRequestMessage(method, new Uri(url));
        if (content is not null)
        {
            request.Content = new ByteArrayContent(content);
        }

        return await http.SendAsync(request);
    });

    public static Task<StoreAnswer> GetAsync(string url) => SendAsync(HttpMethod.Get, url);

    /// <summary>Lists with the URL. Fails if the store refuses it.</summary>
    public static async Task<ListPage> ListAsync(string url)
    {
        var answer = await GetAsync(url);
        Assert.That(answer.Accepted, answer.ToString());
        return ListPage.Parse(answer.Text);
    }

    public static async Task<byte[]> DownloadAsync(string url)
    {
        using var answer = await TestRun.Current.Http.GetAsync(new Uri(url));
        Assert.That(answer.IsSuccessStatusCode, $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
        return await answer.Content.ReadAsByteArrayAsync();
    }

    /// <summary>The decoded value of a query parameter, or null.</summary>
    public static string? Parameter(string url, string name) => Query(url)
        .Where(part => IsNamed(part, name))
        .Select(part => Uri.UnescapeDataString(part[(name.Length + 1)..]))
        .SingleOrDefault();

    /// <summary>Replaces the value of an existing query parameter.</summary>
    public static string With(string url, string name, string value)
    {
        Assert.That(Parameter(url, name), Is.Not.Null, $"The URL has no parameter {name}.");
        return Path(url) + "?" + string.Join('&', Query(url).Select(part => IsNamed(part, name) ? Part(name, value) : part));
    }

    /// <summary>Adds a query parameter.</summary>
    public static string Adding(string url, string name, string value) => url + "&" + Part(name, value);

    public static string Without(string url, string name)
    {
        Assert.That(Parameter(url, name), Is.Not.Null, $"The URL has no parameter {name}.");
        return Path(url) + "?" + string.Join('&', Query(url).Where(part => !IsNamed(part, name)));
    }

    /// <summary>The same query on an object of the same bucket.</summary>
    public static string OnObject(string url, string key) =>
        Path(url).TrimEnd('/') + "/" + string.Join('/', key.Split('/').Select(Uri.EscapeDataString)) + "?" + string.Join('&', Query(url));

    /// <summary>The same query on another bucket (the URL must name its bucket in its path).</summary>
    public static string OnBucket(string url, string bucket) =>
        new Uri(url).GetLeftPart(UriPartial.Authority) + "/" + bucket + "?" + string.Join('&', Query(url));

    private static string Path(string url) => url[..url.IndexOf('?', StringComparison.Ordinal)];

    private static string[] Query(string url) => url[(url.IndexOf('?', StringComparison.Ordinal) + 1)..].Split('&');

    private static bool IsNamed(string part, string name) => part.StartsWith(name + "=", StringComparison.Ordinal);

    private static string Part(string name, string value) => name + "=" + Uri.EscapeDataString(value);
}
