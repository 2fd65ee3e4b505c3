namespace S3Auth.Client.Uploads;

/// <summary>
/// The URLs of the parts of one upload. Requests those of the next parts when they are needed, and again when they expire. Thread-safe.
/// </summary>
/// <param name="sign">Requests the URLs of parts by their numbers.</param>
/// <param name="missing">The numbers of the parts to send, in order.</param>
/// <param name="time">The clock.</param>
internal sealed class PartUrls(
    Func<IReadOnlyList<int>, CancellationToken, Task<SignedParts>> sign, IReadOnlyList<int> missing, TimeProvider time) : IDisposable
{
    /// <summary>The number of URLs of one request.</summary>
    internal const int BatchSize = 32;

    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<int, PartUrl> _urls = [];

    /// <summary>Returns the URL of a part.</summary>
    /// <param name="number">The number of the part.</param>
    /// <param name="spent">A URL that the store refused. Returns a new one, or the same one if it is less than a minute old.</param>
    /// <param name="cancellationToken">Cancels the wait and the request.</param>
    internal async Task<PartUrl> GetAsync(int number, PartUrl? spent, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var now = time.GetUtcNow();
            if (!_urls.TryGetValue(number, out var known) || now >= known.RenewAt
                || (ReferenceEquals(known, spent) && now >= known.SignedAt + GrantTiming.MinReplacementInterval))
            {
                await SignAsync(number, now, cancellationToken).ConfigureAwait(false);
            }

            return _urls.TryGetValue(number, out var url)
                ? url
                : throw new RefusedException("unknown", HttpStatusCode.OK, $"The server's answer leaves out the URL of part {number}.");
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task SignAsync(int number, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var numbers = missing.Where(other => other > number).Take(BatchSize - 1).Prepend(number).ToList();
        var signed = await sign(numbers, cancellationToken).ConfigureAwait(false);

        // A part must begin before the URL expires, and this machine's clock may run fast.
        var renewAt = GrantTiming.RenewPartAt(now, signed.Expires_in_seconds);
        foreach (var part in signed.Parts)
        {
            _urls[(int)part.Part_number] = new PartUrl(part.Url, now, renewAt);
        }
    }
}

/// <summary>The URL of a part.</summary>
/// <param name="Url">The URL.</param>
/// <param name="SignedAt">When it was requested.</param>
/// <param name="RenewAt">When to request another one.</param>
internal sealed record PartUrl(string Url, DateTimeOffset SignedAt, DateTimeOffset RenewAt);
