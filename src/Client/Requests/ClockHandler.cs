using System.Text.RegularExpressions;

namespace S3Auth.Client.Requests;

/// <summary>
/// Retries a request once, signed with the server's time, if the server refused its timestamp. Place it before the handler that signs.
/// Returns the refusal to the caller when the same request is refused again, or when the server's time differs by more than
/// <see cref="ServerClock.MaxSkew"/>.
/// </summary>
internal sealed partial class ClockHandler(ServerClock clock, S3AuthClientOptions options) : DelegatingHandler
{
    // The server may refuse many requests in flight because of the same difference. It is reported once.
    private static readonly TimeSpan MinReportedChange = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TimeSpan _reported;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.BadRequest
            || await ReadServerTimeAsync(response, cancellationToken).ConfigureAwait(false) is not { } time
            || !clock.TryFollow(time))
        {
            return response;
        }

        response.Dispose();
        Report(clock.Skew);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private void Report(TimeSpan skew)
    {
        lock (_gate)
        {
            if ((skew - _reported).Duration() < MinReportedChange)
            {
                return;
            }

            _reported = skew;
        }

        options.OnClockSkew?.Invoke(skew);
    }

    // Prefers the time in the detail, because it is the clock that judged the request. The Date header may be a proxy's.
    private static async Task<DateTimeOffset?> ReadServerTimeAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var problem = await RefusalHandler.ReadAsync(response, cancellationToken).ConfigureAwait(false);
        if (problem?.Code is not ("timestamp_expired" or "timestamp_in_future"))
        {
            return null;
        }

        return ServerTime().Match(problem.Detail ?? "") is { Success: true } match
            ? DateTimeOffset.FromUnixTimeSeconds(
                long.Parse(match.Groups["seconds"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture))
            : response.Headers.Date;
    }

    // Ten digits are enough until the year 2286, and never overflow.
    [GeneratedRegex("server's time is (?<seconds>[0-9]{10})(?![0-9])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ServerTime();
}
