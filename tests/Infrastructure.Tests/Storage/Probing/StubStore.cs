using Microsoft.AspNetCore.Http.Features;

namespace S3Auth.Infrastructure.Tests.Storage.Probing;

/// <summary>
/// An S3 server without objects that verifies presigned signatures. Each member switches on a quirk of a known store. Without any, it
/// behaves like AWS S3.
/// </summary>
internal sealed class StubStore : IAsyncDisposable
{
    internal const string Secret = "secret";
    internal const string Bucket = "bucket-1";
    internal const string Region = "us-east-2";

    private LoopbackServer? _server;

    internal enum Missing
    {
        /// <summary>A missing signed header invalidates the signature.</summary>
        Refused,

        /// <summary>It is omitted from the canonical request (Ceph).</summary>
        LeftOut,

        /// <summary>It is treated as empty (Hippius).</summary>
        Empty,
    }

    internal static SigningCredentials Keys { get; } = new("AKIAEXAMPLE", Secret);

    /// <summary>Honours x-amz headers that were not signed (Ceph).</summary>
    internal bool HonoursUnsigned { get; init; }

    /// <summary>Treats an underscore in a header name as a hyphen, but not when it checks the signature (Swift).</summary>
    internal bool FoldsUnderscores { get; set; }

    /// <summary>Another header name that it treats as x-amz-copy-source.</summary>
    internal string? CopySourceAlias { get; init; }

    /// <summary>Checks only lower-case names against the signature.</summary>
    internal bool MindsCase { get; init; }

    /// <summary>How it handles signed headers that are missing.</summary>
    internal Missing MissingHeaders { get; init; } = Missing.Refused;

    /// <summary>Accepts copies of missing sources.</summary>
    internal bool CopiesAnything { get; init; }

    /// <summary>Does not support copies.</summary>
    internal bool KnowsNoCopies { get; init; }

    /// <summary>Honours unsigned ACLs only.</summary>
    internal bool HonoursAcl { get; init; }

    /// <summary>Checks the value of an ACL before the signature.</summary>
    internal bool ValidatesAclFirst { get; init; }

    /// <summary>Trusts the Content-Length of a chunked body (Swift).</summary>
    internal bool BelievesStatedLength { get; init; }

    /// <summary>Ignores Content-MD5, so that it stores what the probe sends.</summary>
    internal bool IgnoresDigest { get; init; }

    /// <summary>Does not support multipart uploads.</summary>
    internal bool KnowsNoMultipart { get; init; }

    /// <summary>Honours x-amz headers of parts that were not signed.</summary>
    internal bool HonoursUnsignedAtParts { get; set; }

    /// <summary>Does not let this server abort multipart uploads.</summary>
    internal bool ForbidsAborts { get; set; }

    /// <summary>The paths of the open multipart uploads by their ids.</summary>
    internal ConcurrentDictionary<string, string> Uploads { get; } = new(StringComparer.Ordinal);

    /// <summary>The prefix without write permission.</summary>
    internal string? ForbiddenPrefix { get; set; }

    /// <summary>Denies listing, so that a missing object is AccessDenied (AWS).</summary>
    internal bool MissingIsForbidden { get; set; }

    /// <summary>Takes an upload form with any key.</summary>
    internal bool IgnoresKeysOfForms { get; init; }

    /// <summary>Checks the size of the file in a form before its key.</summary>
    internal bool ChecksSizesOfFormsFirst { get; init; }

    /// <summary>The answer to an upload form with a file that is too small.</summary>
    internal (int Status, string Body) ToForms { get; set; } = (400, Error("EntityTooSmall"));

    /// <summary>Overrides an answer; null for the usual one.</summary>
    internal Func<HttpContext, (int Status, string Body)?> Instead { get; set; } = _ => null;

    /// <summary>All requests: method, path and headers.</summary>
    internal ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The keys that were stored.</summary>
    internal ConcurrentDictionary<string, int> Stored { get; } = new(StringComparer.Ordinal);

    internal Uri Url => _server!.Url;

    internal static string Error(string code, string message = "", string more = "") =>
        $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>{message}</Message>{more}</Error>";

    internal async Task<StubStore> StartAsync()
    {
        _server = await LoopbackServer.StartAsync(AnswerAsync);
        return this;
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Asked.Enqueue(
            $"{request.Method} {request.Path} {string.Join(", ", request.Headers.Select(header => $"{header.Key}: {header.Value}"))}");
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        var isForm = request.Method == "POST" && !request.Query.ContainsKey("uploads");
        var (status, text) = Instead(context)
            ?? (isForm ? AnswerForm(Encoding.UTF8.GetString(body.ToArray())) : Answer(request, (int)body.Length));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(text);
    }

    private (int Status, string Body) AnswerForm(string form)
    {
        var key = form.Split("name=\"key\"\r\n\r\n")[1].Split("\r\n")[0];
        var size = form.Split("filename=\"target\"\r\n\r\n")[1].Split("\r\n--")[0].Length;
        var isAllowed = key.EndsWith("/target", StringComparison.Ordinal) || IgnoresKeysOfForms;
        if (size == 0 && (isAllowed || ChecksSizesOfFormsFirst))
        {
            return ToForms;
        }

        if (!isAllowed)
        {
            return (403, Error("AccessDenied", "Invalid according to Policy: Policy Condition failed"));
        }

        Stored[key] = size;
        return (204, "");
    }

    private (int Status, string Body) Answer(HttpRequest request, int length)
    {
        var seen = Headers(request, FoldsUnderscores);
        if (ValidatesAclFirst && seen.TryGetValue("x-amz-acl", out var acl) && acl is not "private")
        {
            return (400, Error("InvalidArgument"));
        }

        if (!IsSigned(request))
        {
            return (403, Error("SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided."));
        }

        var signed = request.Query["X-Amz-SignedHeaders"].ToString().Split(';');
        var unsigned = request.Headers.Keys
            .Where(name => name.StartsWith("x-amz-", MindsCase ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase))
            .Where(name =>
                !signed.Contains(name, StringComparer.OrdinalIgnoreCase)
                    && !(HonoursAcl && name.EndsWith("acl", StringComparison.OrdinalIgnoreCase)));
        var upload = request.Query["uploadId"].ToString();
        if (!HonoursUnsigned && !(HonoursUnsignedAtParts && upload.Length > 0) && unsigned.Any())
        {
            return (403, Error("AccessDenied", "There were headers present in the request which were not signed"));
        }

        return request.Method switch
        {
            "GET" => List(request),
            "POST" => Open(request.Path.Value!),
            "DELETE" when ForbidsAborts => (403, Error("AccessDenied")),
            "DELETE" => Uploads.TryRemove(upload, out _) ? (204, "") : (404, Error("NoSuchUpload")),
            _ when upload.Length > 0 && !Uploads.ContainsKey(upload) => (404, Error("NoSuchUpload")),
            _ => Put(request, seen, length),
        };
    }

    private (int Status, string Body) Open(string path)
    {
        if (KnowsNoMultipart)
        {
            return (501, Error("NotImplemented"));
        }

        var id = $"{Guid.NewGuid():N}";
        Uploads[id] = path;
        return (200, $"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
    }

    private (int Status, string Body) List(HttpRequest request) => request.Query.ContainsKey("list-type")
        ? (200, "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></ListBucketResult>")
        : MissingObject();

    private (int Status, string Body) Put(HttpRequest request, Dictionary<string, string> headers, int length)
    {
        var key = request.Path.Value![$"/{Bucket}/".Length..];
        if (ForbiddenPrefix is { } forbidden && key.StartsWith(forbidden, StringComparison.Ordinal))
        {
            return (403, Error("AccessDenied"));
        }

        if (headers.ContainsKey("x-amz-copy-source") && KnowsNoCopies)
        {
            return (501, Error("NotImplemented"));
        }

        if (headers.TryGetValue("x-amz-copy-source", out var source) && source.Length == 0)
        {
            return (400, Error("InvalidArgument"));
        }

        if (source is not null && !CopiesAnything)
        {
            return MissingObject();
        }

        if (headers.TryGetValue("x-amz-acl", out var acl) && acl is not "private")
        {
            return (400, Error("InvalidArgument"));
        }

        if (!IgnoresDigest && headers.ContainsKey("content-md5"))
        {
            return (400, Error("BadDigest"));
        }

        Stored[key] = length;
        return (200, "");
    }

    private (int Status, string Body) MissingObject() => MissingIsForbidden ? (403, Error("AccessDenied")) : (404, Error("NoSuchKey"));

    private bool IsSigned(HttpRequest request)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var (path, query) = (
            target[..target.IndexOf('?', StringComparison.Ordinal)],
            target[(target.IndexOf('?', StringComparison.Ordinal) + 1)..]);
        var parts = query.Split("&X-Amz-Signature=");
        var sent = Headers(request, MissingHeaders != Missing.Refused && FoldsUnderscores);
        var names = request.Query["X-Amz-SignedHeaders"].ToString().Split(';');
        var lines = names
            .Where(name => sent.ContainsKey(name) || MissingHeaders != Missing.LeftOut)
            .Select(name =>
                sent.TryGetValue(name, out var value) ? $"{name}:{value}\n" : MissingHeaders == Missing.Empty ? $"{name}:\n" : "\n");
        var canonical = $"{request.Method}\n{path}\n{parts[0]}\n{string.Concat(lines)}\n{string.Join(';', names)}\nUNSIGNED-PAYLOAD";
        var date = request.Query["X-Amz-Date"].ToString();
        var expected = new byte[64];
        SigningKey.Derive(Secret, DateOnly.ParseExact(date[..8], "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture), Region)
            .SignRequest(Encoding.ASCII.GetBytes(date), Encoding.ASCII.GetBytes(canonical), expected);
        return parts[1] == Encoding.ASCII.GetString(expected);
    }

    // Kestrel moves the Content-Length of a chunked request to X-Content-Length.
    private Dictionary<string, string> Headers(HttpRequest request, bool folds)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in request.Headers)
        {
            var key = name == CopySourceAlias ? "x-amz-copy-source" : BelievesStatedLength
                && name == "X-Content-Length" ? "content-length" : folds
                && name.StartsWith("x", StringComparison.OrdinalIgnoreCase) ? name.Replace('_', '-') : name;
            headers[key] = string.Join(',', values.AsEnumerable());
        }

        return headers;
    }
}
