using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace S3Auth.Cli.Migration;

/// <summary>
/// A Hub's HTTP API, as https://huggingface.co/docs/hub/api describes it: a revision's commit, its tree page by page, its files. The token
/// goes to the Hub alone, never to its redirects or to other hosts that its list links to. Retries transient errors, after
/// the Hub's Retry-After.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxTries = 6;
    private const int MaxRedirects = 10;
    private const int MaxAnswer = 64 * 1024 * 1024;

    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(60);

    private readonly Uri _hub;
    private readonly string? _token;
    private readonly Report _report;
    private readonly HttpClient _http;

    internal HubClient(Uri hub, string? token, Report report)
    {
        _hub = new Uri(hub.AbsoluteUri.TrimEnd('/') + "/");
        _token = token;
        _report = report;
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("s3auth", typeof(HubClient).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>The commit that a revision is now.</summary>
    /// <exception cref="UsageException">There is no such dataset or revision for this token.</exception>
    internal async Task<string> GetCommitAsync(HubDataset dataset, string revision, CancellationToken cancellationToken)
    {
        var (info, _) = await GetJsonAsync<Revision>(new Uri(_hub, $"api/datasets/{dataset}/revision/{Uri.EscapeDataString(revision)}"), cancellationToken);
        return info.Sha is { Length: 40 } sha && sha.All(char.IsAsciiHexDigit)
            ? sha
            : throw new HttpRequestException("The Hub did not say which commit the revision is.");
    }

    /// <summary>Every file of a commit, page by page.</summary>
    internal async IAsyncEnumerable<HubFile> ListAsync(HubDataset dataset, string commit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new Uri(_hub, $"api/datasets/{dataset}/tree/{commit}?recursive=true&limit=1000");
        var pages = new HashSet<string>(StringComparer.Ordinal);
        while (page is not null)
        {
            if (!pages.Add(page.AbsoluteUri))
            {
                throw new HttpRequestException("The Hub's list does not go on: it links to a page that was already read.");
            }

            var (entries, next) = await GetJsonAsync<List<Entry?>>(page, cancellationToken);
            foreach (var entry in entries)
            {
                if (entry is null or { Type: "file", Path: null or "" } or { Size: < 0 } or { Lfs.Size: < 0 })
                {
                    throw new HttpRequestException($"The answer of {_hub.Authority} is not that of a Hugging Face Hub: check HF_ENDPOINT.");
                }

                if (entry.Type == "file")
                {
                    yield return Read(entry);
                }
            }

            page = next is null ? null : AtHub(next);
        }
    }

    // A mirror returns the addresses of the Hub that it mirrors. Only the configured Hub gets requests and the token.
    private Uri AtHub(Uri next)
    {
        var target = IsOfHub(next) ? next : new Uri(_hub, next.PathAndQuery.TrimStart('/'));
        return IsOfHub(target) && target.AbsolutePath.StartsWith(_hub.AbsolutePath + "api/datasets/", StringComparison.Ordinal)
            ? target
            : throw new HttpRequestException(
                $"The Hub's list continues at {Report.Safe(next.GetLeftPart(UriPartial.Path))}, which is not a list of a dataset, so it is not followed.");
    }

    /// <summary>Opens a file's bytes from a position on.</summary>
    internal async Task<HttpResponseMessage> OpenAsync(HubDataset dataset, string commit, string path, long from, CancellationToken cancellationToken)
    {
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var response = await SendAsync(new Uri(_hub, $"datasets/{dataset}/resolve/{commit}/{escaped}"), from, cancellationToken);
        var isExpected = from == 0 ? response.StatusCode == HttpStatusCode.OK : response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == from;
        if (isExpected)
        {
            return response;
        }

        response.Dispose();
        throw new HttpRequestException($"The Hub did not send {Report.Safe(path)} from byte {from} on.");
    }

    public void Dispose() => _http.Dispose();

    private static HubFile Read(Entry entry)
    {
        if (entry.Lfs is { Oid: { } sha256 } lfs)
        {
            return IsHex(sha256, 64)
                ? new HubFile(entry.Path!, lfs.Size, sha256, ExpectedContent.Sha256(sha256))
                : throw new HttpRequestException($"The Hub names no SHA-256 for {Report.Safe(entry.Path!)}.");
        }

        return IsHex(entry.Oid, 40)
            ? new HubFile(entry.Path!, entry.Size, entry.Oid!, ExpectedContent.GitBlob(entry.Oid!, entry.Size))
            : throw new HttpRequestException($"The Hub names no hash for {Report.Safe(entry.Path!)}.");
    }

    private static bool IsHex(string? text, int digits) => text?.Length == digits && text.All(char.IsAsciiHexDigit);

    private bool IsOfHub(Uri target) => Uri.Compare(target, _hub, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<(T Value, Uri? Next)> GetJsonAsync<T>(Uri target, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(target, from: 0, cancellationToken);
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(AnswerTimeout);
            await response.Content.LoadIntoBufferAsync(MaxAnswer, timeout.Token);
            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            var value = await JsonSerializer.DeserializeAsync<T>(body, cancellationToken: timeout.Token);
            return (value ?? throw new JsonException(), NextOf(response, target));
        }
        catch (JsonException exception)
        {
            throw new HttpRequestException($"{_hub.Authority} does not answer as a Hub does: check HF_ENDPOINT.", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"{_hub.Authority} did not send its whole answer within {AnswerTimeout.TotalSeconds:0} s.");
        }
    }

    // Link: <https://…?cursor=…>; rel="next"
    private static Uri? NextOf(HttpResponseMessage response, Uri page)
    {
        if (!response.Headers.TryGetValues("Link", out var links))
        {
            return null;
        }

        foreach (var link in links.SelectMany(value => value.Split(',')))
        {
            var (start, end) = (link.IndexOf('<', StringComparison.Ordinal), link.IndexOf('>', StringComparison.Ordinal));
            if (start >= 0 && end > start && link[end..].Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase) && Uri.TryCreate(page, link[(start + 1)..end], out var next))
            {
                return next;
            }
        }

        return null;
    }

    private async Task<HttpResponseMessage> SendAsync(Uri target, long from, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            string reason;
            try
            {
                var response = await FollowAsync(target, from, cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return response;
                }

                using (response)
                {
                    if (attempt == MaxTries || !IsPassing(response.StatusCode))
                    {
                        throw Refused(response.StatusCode, target);
                    }

                    (wait, reason) = (response.Headers.RetryAfter?.Delta ?? Backoff(attempt), $"the Hub answered {(int)response.StatusCode}");
                }
            }
            catch (Exception exception) when (attempt < MaxTries && exception is HttpRequestException { StatusCode: null, InnerException: IOException or SocketException } or StalledException)
            {
                (wait, reason) = (Backoff(attempt), exception.Message);
            }

            wait = wait > MaxWait ? MaxWait : wait;
            _report.Note($"{reason}; trying again in {Amount.Duration(wait)}");
            await Task.Delay(wait, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Uri target, long from, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(AnswerTimeout);
        try
        {
            for (var redirects = 0; ; redirects++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, target);
                if (_token is not null && IsOfHub(target))
                {
                    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
                }

                if (from > 0)
                {
                    request.Headers.Range = new RangeHeaderValue(from, null);
                }

                var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
                if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location)
                {
                    return response;
                }

                response.Dispose();
                target = new Uri(target, location);
                if (redirects == MaxRedirects || (target.Scheme != Uri.UriSchemeHttps && (target.Scheme != Uri.UriSchemeHttp || _hub.Scheme != Uri.UriSchemeHttp)))
                {
                    throw new HttpRequestException("The Hub redirects too often, or away from TLS.", inner: null, response.StatusCode);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"{target.Authority} did not answer within {AnswerTimeout.TotalSeconds:0} s.");
        }
    }

    private Exception Refused(HttpStatusCode status, Uri target) => status switch
    {
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new UsageException(
            _token is null
                ? "The Hub wants to know who asks: set HF_TOKEN to a token that may read this dataset."
                : "The Hub does not let this HF_TOKEN read the dataset: has its owner's agreement been accepted on its page?"),
        HttpStatusCode.NotFound => new UsageException($"The Hub has no {Report.Safe(target.AbsolutePath)}: check the dataset's name and --revision, and HF_TOKEN where it is private."),
        _ => new HttpRequestException($"The Hub answered {(int)status}.", inner: null, status),
    };

    private static bool IsPassing(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || (int)status >= 500;

    private static TimeSpan Backoff(int attempt) => TimeSpan.FromSeconds(Math.Pow(2, attempt - 1) * (0.5 + (Random.Shared.NextDouble() / 2)));

    private sealed record Revision([property: JsonPropertyName("sha")] string? Sha);

    private sealed record Lfs([property: JsonPropertyName("oid")] string? Oid, [property: JsonPropertyName("size")] long Size);

    private sealed record Entry(
        [property: JsonPropertyName("type")] string? Type,
        [property: JsonPropertyName("path")] string? Path,
        [property: JsonPropertyName("oid")] string? Oid,
        [property: JsonPropertyName("size")] long Size,
        [property: JsonPropertyName("lfs")] Lfs? Lfs);
}
