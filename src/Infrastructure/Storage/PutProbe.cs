using System.Net;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using S3Auth.Domain;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Asks the store once, at the start, what a presigned PUT lets its holder do: it tries to copy an object that does not exist, beside the
/// miners' own folders, where it must have the right to write or nobody could upload. Ceph's
/// gateway (16.2) says that it does not exist, where S3 says that the header was not signed. No object is read, changed or left behind
/// (an empty one, by a store that knows no copies at all).
/// </summary>
internal sealed partial class PutProbe(
    StorageOptions options, CredentialSource credentials, FolderLayout layout, PutGuard guard, TimeProvider time, ILogger<PutProbe> log)
    : BackgroundService
{
    /// <summary>When a store that gave none is asked again.</summary>
    internal static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    private const long Seconds = 60;
    private const int LongestAnswer = 64 * 1024;
    private const string NoSuchKey = "NoSuchKey";

    private readonly SigV4Signer _signer = new(options.ForService(), options.Bucket, options.Region);
    private readonly FirstAttempt _firstAttempt = new(time);

    private bool _complained;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await base.StartAsync(cancellationToken);
        await _firstAttempt.WaitAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            Timeout = options.Usage.RequestTimeout, MaxResponseContentBufferSize = LongestAnswer,
        };
        while (guard.Found == PutGuard.Finding.Unknown)
        {
            try
            {
                guard.Found = await AskAsync(http, stoppingToken);
                Tell(guard.Found);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Complain(() => LogNoAnswer(failure));
            }

            _firstAttempt.End();
            if (guard.Found == PutGuard.Finding.Unknown)
            {
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task<PutGuard.Finding> AskAsync(HttpClient http, CancellationToken cancellationToken)
    {
        // The worst counts: a refusal may also mean that one of the sources may not be written to.
        var worst = PutGuard.Finding.Unknown;
        foreach (var root in layout.Discovery)
        {
            var finding = await AskAsync(http, root.Prefix + ".s3auth-put-probe/", cancellationToken);
            if (finding == PutGuard.Finding.Unknown)
            {
                return finding;
            }

            worst = finding > worst ? finding : worst;
        }

        return worst;
    }

    private async Task<PutGuard.Finding> AskAsync(HttpClient http, string folder, CancellationToken cancellationToken)
    {
        var (target, nothing) = (folder + "target", folder + "there-is-no-such-object");

        // Without this one, an answer could mean anything: wrong credentials, a wrong clock, a bucket that is not there yet.
        if (credentials.Current is not { } current || !await IsMissingAsync(barsHeaders: false))
        {
            return PutGuard.Finding.Unknown;
        }

        if (IsRefused(await CopyAsync(barsHeaders: false)))
        {
            return PutGuard.Finding.Refuses;
        }

        return await IsMissingAsync(barsHeaders: true) && IsRefused(await CopyAsync(barsHeaders: true))
            ? PutGuard.Finding.CanBeTold
            : PutGuard.Finding.Unsafe;

        async Task<bool> IsMissingAsync(bool barsHeaders)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Sign(current).PresignGet(nothing, Seconds, barsHeaders)));
            using var answer = await SendAsync(request);
            return answer.StatusCode == HttpStatusCode.NotFound
                && (await answer.Content.ReadAsStringAsync(cancellationToken)).Contains(NoSuchKey, StringComparison.Ordinal);
        }

        async Task<HttpStatusCode> CopyAsync(bool barsHeaders)
        {
            var url = Sign(current).PresignPut(target, Seconds, contentLength: null, barsHeaders);
            using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(url)) { Content = new ByteArrayContent([]) };
            request.Headers.Add(SigV4Names.Header.CopySource, $"/{options.Bucket}/{nothing}");
            using var answer = await SendAsync(request);
            return answer.StatusCode;
        }

        async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode >= HttpStatusCode.InternalServerError && answer.StatusCode != HttpStatusCode.NotImplemented)
            {
                using (answer)
                {
                    throw new HttpRequestException("The object store failed.", inner: null, answer.StatusCode);
                }
            }

            return answer;
        }
    }

    private SigV4Moment Sign(SigningCredentials current) => _signer.At(current, time.GetUtcNow());

    private static bool IsRefused(HttpStatusCode status) => status is HttpStatusCode.BadRequest or HttpStatusCode.Forbidden or HttpStatusCode.NotImplemented;

    private void Tell(PutGuard.Finding finding)
    {
        switch (finding)
        {
            case PutGuard.Finding.Unknown:
                Complain(LogUnclear);
                break;
            case PutGuard.Finding.CanBeTold:
                LogCanBeTold();
                break;
            case PutGuard.Finding.Unsafe:
                LogUnsafe();
                break;
        }
    }

    // Once, however often it is asked again: whoever calls for an upload meanwhile is told each time.
    private void Complain(Action log)
    {
        if (!_complained)
        {
            _complained = true;
            log();
        }
    }

    [LoggerMessage(LogLevel.Warning, "The object store did not answer when asked how safe uploads by PUT are; they wait for that.")]
    private partial void LogNoAnswer(Exception failure);

    [LoggerMessage(LogLevel.Warning, "The object store refused a simple question about how safe uploads by PUT are: check its credentials, the bucket and the clock. The uploads wait for that.")]
    private partial void LogUnclear();

    [LoggerMessage(LogLevel.Warning, "The object store honours headers that were not signed; uploads by PUT name those that it must refuse. Where the store takes POST, prefer UPLOAD_METHOD=POST.")]
    private partial void LogCanBeTold();

    [LoggerMessage(LogLevel.Error, "The object store honours headers that were not signed: whoever holds an upload URL could copy others' objects. Uploads by PUT are refused; set UPLOAD_METHOD=POST or use another store.")]
    private partial void LogUnsafe();
}
