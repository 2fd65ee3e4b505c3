using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace S3Auth.Cli.Migration;

/// <summary>A file of a dataset on the Hub.</summary>
/// <param name="Path">The path in the repository.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="Id">The SHA-256 of a file in LFS, otherwise the id of the Git blob.</param>
/// <param name="Expected">The same hash, to verify the bytes.</param>
internal sealed record HubFile(string Path, long Size, string Id, ExpectedContent Expected);

/// <summary>
/// Client of a Hub's HTTP API (https://huggingface.co/docs/hub/api): the commit of a revision, the pages of its tree, its files. Sends the
/// token only to the Hub, never to redirects or to other hosts. Retries transient failures, after the Retry-After of the Hub's answer.
/// </summary>
internal sealed class HubClient : IDisposable
{
    private const int MaxAttempts = 6;
    private const int MaxRedirects = 10;
    private const int MaxAnswerBytes = 64 * 1024 * 1024;

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
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = TimeSpan.FromSeconds(15) };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.UserAgent.Add(
            new ProductInfoHeaderValue("s3auth", typeof(HubClient).Assembly.GetName().Version?.ToString(3)));
    }

    /// <summary>Returns the current commit of a revision.</summary>
    /// <exception cref="UsageException">The token cannot read such a dataset or revision.</exception>
    internal async Task<string> GetCommitAsync(HubDataset dataset, string revision, CancellationToken cancellationToken)
    {
        var target = new Uri(_hub, $"api/datasets/{dataset}/revision/{Uri.EscapeDataString(revision)}");
        var (info, _) = await GetJsonAsync(target, MigrationJson.Default.Revision, cancellationToken);
        return info.Sha is { Length: 40 } sha && sha.All(char.IsAsciiHexDigit)
            ? sha
            : throw new HttpRequestException("The Hub's answer names no commit for the revision.");
    }

    /// <summary>Lists the files of a commit, page by page.</summary>
    internal async IAsyncEnumerable<HubFile> ListAsync(
        HubDataset dataset, string commit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var page = new Uri(_hub, $"api/datasets/{dataset}/tree/{commit}?recursive=true&limit=1000");
        var pages = new HashSet<string>(StringComparer.Ordinal);
        while (page is not null)
        {
            if (!pages.Add(page.AbsoluteUri))
            {
                throw new HttpRequestException("The Hub's listing repeats itself: it links to a page that was already read.");
            }

            var (entries, next) = await GetJsonAsync(page, MigrationJson.Default.ListTreeEntry, cancellationToken);
            foreach (var entry in entries)
            {
                if (entry is null or { Type: "file", Path: null or "" } or { Size: < 0 } or { Lfs.Size: < 0 })
                {
                    throw new HttpRequestException($"{_hub.Authority} does not answer like a Hugging Face Hub. Check HF_ENDPOINT.");
                }

                if (entry.Type == "file")
                {
                    yield return Read(entry);
                }
            }

            page = next is null ? null : AtHub(next);
        }
    }

    // A mirror returns URLs of the Hub that it mirrors. Only the configured Hub may get requests and the token.
    private Uri AtHub(Uri next)
    {
        var target = IsOfHub(next) ? next : new Uri(_hub, next.PathAndQuery.TrimStart('/'));
        return IsOfHub(target) && target.AbsolutePath.StartsWith(_hub.AbsolutePath + "api/datasets/", StringComparison.Ordinal)
            ? target
            : throw new HttpRequestException(
                $"The Hub's listing continues at {Report.Safe(next.GetLeftPart(UriPartial.Path))}. That is not a listing of a dataset, so "
                + "it is not followed.");
    }

    /// <summary>Opens a file at a position.</summary>
    internal async Task<HttpResponseMessage> OpenAsync(
        HubDataset dataset, string commit, string path, long from, CancellationToken cancellationToken)
    {
        var escaped = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var response = await SendAsync(new Uri(_hub, $"datasets/{dataset}/resolve/{commit}/{escaped}"), from, cancellationToken);
        var isExpected = from == 0
            ? response.StatusCode == HttpStatusCode.OK
            : response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == from;
        if (isExpected)
        {
            return response;
        }

        response.Dispose();
        throw new HttpRequestException($"The Hub did not send {Report.Safe(path)} starting at byte {from}.");
    }

    public void Dispose() => _http.Dispose();

    private static HubFile Read(TreeEntry entry)
    {
        if (entry.Lfs is { Oid: { } sha256 } lfs)
        {
            return IsHex(sha256, 64)
                ? new HubFile(entry.Path!, lfs.Size, sha256, ExpectedContent.Sha256(sha256))
                : throw new HttpRequestException($"The Hub's listing has no SHA-256 of {Report.Safe(entry.Path!)}.");
        }

        return IsHex(entry.Oid, 40)
            ? new HubFile(entry.Path!, entry.Size, entry.Oid!, ExpectedContent.GitBlob(entry.Oid!, entry.Size))
            : throw new HttpRequestException($"The Hub's listing has no hash of {Report.Safe(entry.Path!)}.");
    }

    private static bool IsHex(string? text, int digits) => text?.Length == digits && text.All(char.IsAsciiHexDigit);

    private bool IsOfHub(Uri target) =>
        Uri.Compare(target, _hub, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;

    private async Task<(T Value, Uri? Next)> GetJsonAsync<T>(
        Uri target, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(target, from: 0, cancellationToken);
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(AnswerTimeout);
            await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, timeout.Token);
            await using var body = await response.Content.ReadAsStreamAsync(timeout.Token);
            var value = await JsonSerializer.DeserializeAsync(body, type, timeout.Token);
            return (value ?? throw new JsonException(), NextOf(response, target));
        }
        catch (JsonException exception)
        {
            throw new HttpRequestException($"{_hub.Authority} does not answer like a Hugging Face Hub. Check HF_ENDPOINT.", exception);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new StalledException($"{_hub.Authority} did not send the whole answer within {AnswerTimeout.TotalSeconds:0} s.");
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
            if (start >= 0
                && end > start
                && link[end..].Contains("rel=\"next\"", StringComparison.OrdinalIgnoreCase)
                && Uri.TryCreate(page, link[(start + 1)..end], out var next))
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
                    if (attempt == MaxAttempts || !Failure.IsTransientStatus(response.StatusCode))
                    {
                        throw Refused(response.StatusCode, target);
                    }

                    (wait, reason) = (
                        response.Headers.RetryAfter?.Delta ?? Backoff(attempt), $"the Hub answered {(int)response.StatusCode}");
                }
            }
            catch (Exception exception) when (attempt < MaxAttempts && IsTransient(exception))
            {
                (wait, reason) = (Backoff(attempt), exception.Message);
            }

            wait = wait > MaxWait ? MaxWait : wait;
            _report.Note($"{reason}; retrying in {Amount.Duration(wait)}");
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
                var isAllowed = target.Scheme == Uri.UriSchemeHttps
                    || (target.Scheme == Uri.UriSchemeHttp && _hub.Scheme == Uri.UriSchemeHttp);
                if (redirects == MaxRedirects || !isAllowed)
                {
                    throw new HttpRequestException(
                        "The Hub redirects too often, or to a URL without TLS.", inner: null, response.StatusCode);
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
                ? "The Hub requires a token for this dataset. Set HF_TOKEN to a token that can read it."
                : "The Hub does not let this HF_TOKEN read the dataset. If the dataset is gated, accept its terms on its page."),
        HttpStatusCode.NotFound => new UsageException(
            $"The Hub has no {Report.Safe(target.AbsolutePath)}. Check the dataset's name and --revision, and set HF_TOKEN if it is "
            + "private."),
        _ => new HttpRequestException($"The Hub answered {(int)status}.", inner: null, status),
    };

    private static bool IsTransient(Exception exception) =>
        exception is HttpRequestException { StatusCode: null, InnerException: IOException or SocketException } or StalledException;

    private static TimeSpan Backoff(int attempt) =>
        TimeSpan.FromSeconds(Math.Pow(2, attempt - 1) * (0.5 + (Random.Shared.NextDouble() / 2)));

    internal sealed record Revision([property: JsonPropertyName("sha")] string? Sha);

    internal sealed record Lfs([property: JsonPropertyName("oid")] string? Oid, [property: JsonPropertyName("size")] long Size);

    internal sealed record TreeEntry(
        [property: JsonPropertyName("type")] string? Type,
        [property: JsonPropertyName("path")] string? Path,
        [property: JsonPropertyName("oid")] string? Oid,
        [property: JsonPropertyName("size")] long Size,
        [property: JsonPropertyName("lfs")] Lfs? Lfs);
}
