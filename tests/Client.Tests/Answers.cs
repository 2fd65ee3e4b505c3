namespace S3Auth.Client.Tests;

/// <summary>Returns prepared answers in order, and repeats the last one. Records the requests.</summary>
internal sealed class Answers(params Func<HttpResponseMessage>[] answers) : HttpMessageHandler
{
    private readonly Lock _gate = new();

    public List<IReadOnlyDictionary<string, string>> Headers { get; } = [];

    public List<byte[]> Bodies { get; } = [];

    public int Count => Headers.Count;

    public static Func<HttpResponseMessage> Ok => () => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") };

    public static Func<HttpResponseMessage> Status(HttpStatusCode status, TimeSpan? retryAfter = null) => () =>
    {
        var response = new HttpResponseMessage(status);
        response.Headers.RetryAfter = retryAfter is { } wait ? new(wait) : null;
        return response;
    };

    public static Func<HttpResponseMessage> Failure => () => throw new HttpRequestException("The connection was reset.");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        int number;
        lock (_gate)
        {
            number = Headers.Count;
            Headers.Add(request.Headers.ToDictionary(
                header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase));
            Bodies.Add(body);
        }

        var response = answers[Math.Min(number, answers.Length - 1)]();
        response.RequestMessage = request;
        return response;
    }
}
