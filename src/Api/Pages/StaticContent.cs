using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.Net.Http.Headers;

namespace S3Auth.Api.Pages;

/// <summary>
/// Content that stays the same while this process runs: compressed once, and served from memory with an <c>ETag</c>, so that a request for
/// it costs no more than sending it.
/// </summary>
internal sealed class StaticContent
{
    /// <summary>The <c>Cache-Control</c> of content that may be cached but must be revalidated each time, mostly with a 304.</summary>
    internal const string Revalidate = "no-cache";

    // Above this quality Brotli takes seconds per megabyte, and saves little.
    private const int BrotliQuality = 9;

    // One tag for all encodings of the same content, which makes it a weak one.
    private readonly EntityTagHeaderValue _tag;
    private readonly string _contentType;
    private readonly byte[] _content;
    private readonly byte[] _brotli;
    private readonly byte[] _gzip;

    private StaticContent(byte[] content, string contentType)
    {
        _content = content;
        _contentType = contentType;
        _tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(content)[..16])}\"", isWeak: true);
        _brotli = Compress(content, to => new BrotliStream(to, new BrotliCompressionOptions { Quality = BrotliQuality }));
        _gzip = Compress(content, to => new GZipStream(to, CompressionLevel.SmallestSize));
    }

    /// <summary>Compresses content on another thread. It takes some tenths of a second per megabyte.</summary>
    internal static Task<StaticContent> CompressAsync(byte[] content, string contentType) =>
        Task.Run(() => new StaticContent(content, contentType));

    /// <summary>Answers GET and HEAD with the content, or with 304 if the client has it already.</summary>
    internal Task SendAsync(HttpContext context, string cacheControl)
    {
        var (request, response) = (context.Request, context.Response);
        response.Headers.CacheControl = cacheControl;
        response.Headers.ETag = _tag.ToString();
        response.Headers.Vary = HeaderNames.AcceptEncoding;
        if (IsHeldBy(request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        var (encoding, bytes) = Choose(request.Headers.AcceptEncoding);
        response.ContentType = _contentType;
        response.ContentLength = bytes.Length;
        if (encoding is not null)
        {
            response.Headers.ContentEncoding = encoding;
        }

        return HttpMethods.IsHead(request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }

    private bool IsHeldBy(HttpRequest request) =>
        EntityTagHeaderValue.TryParseList(request.Headers.IfNoneMatch, out var held)
        && held.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(_tag, useStrongComparison: false));

    // Content that compression does not make smaller is sent uncompressed.
    private (string? Encoding, byte[] Bytes) Choose(Microsoft.Extensions.Primitives.StringValues accepted) =>
        ContentCoding.Choose(accepted) switch
        {
            ContentCoding.Brotli when _brotli.Length < _content.Length => (ContentCoding.Brotli, _brotli),
            ContentCoding.Gzip when _gzip.Length < _content.Length => (ContentCoding.Gzip, _gzip),
            _ => (null, _content),
        };

    private static byte[] Compress(byte[] content, Func<Stream, Stream> compress)
    {
        using var compressed = new MemoryStream();
        using (var stream = compress(compressed))
        {
            stream.Write(content);
        }

        return compressed.ToArray();
    }
}
