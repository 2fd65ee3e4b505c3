using System.Text.Json;
using System.Text.RegularExpressions;

namespace S3Auth.Client.Requests;

/// <summary>
/// Retries a request once, signed with the server's time, if the server refused its timestamp. Place it before the handler that signs.
/// Returns the refusal to the caller when the same request is refused again, or when the server's time differs by more than
/// <see cref="ServerClock.MaxSkew"/>.
/// </summary>
internal sealed partial class ClockHandler(ServerClock clock, S3AuthClientOptions options) : DelegatingHandler
{
    // The server may refuse many requests in flight for the same difference.
    private static readonly TimeSpan WorthSaying = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TimeSpan _said;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.BadRequest || await ReadServerTimeAsync(response, cancellationToken).ConfigureAwait(false) is not { } time
            || !clock.TryFollow(time))
        {
            return response;
        }

        response.Dispose();
        Say(clock.Skew);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void Say(TimeSpan skew)
    {
        lock (_gate)
        {
            if ((skew - _said).Duration() < WorthSaying)
            {
                return;
            }

            _said = skew;
        }

        options.OnClockSkew?.Invoke(skew);
    }

    // The detail has the clock that judged the request; the Date header may be a proxy's.
    private static async Task<DateTimeOffset?> ReadServerTimeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != RefusalHandler.ProblemMediaType)
        {
            return null;
        }

        await response.Content.LoadIntoBufferAsync(RetryHandler.MaxRefusal, cancellationToken).ConfigureAwait(false);
        Problem? problem;
        try
        {
            problem = JsonSerializer.Deserialize<Problem>(await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (JsonException)
        {
            return null;
        }

        if (problem?.Code is not ("timestamp_expired" or "timestamp_in_future"))
        {
            return null;
        }

        return ServerTime().Match(problem.Detail ?? "") is { Success: true } match
            ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(match.Groups["seconds"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : response.Headers.Date;
    }

    // Ten digits are enough until the year 2286, and never overflow.
    [GeneratedRegex("server's time is (?<seconds>[0-9]{10})(?![0-9])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServerTime();
}
