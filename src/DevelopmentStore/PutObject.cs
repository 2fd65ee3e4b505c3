namespace S3Auth.DevelopmentStore;

/// <summary>PUT /bucket/key. Specification: "PutObject", Amazon S3 API Reference.</summary>
internal sealed class PutObject(ObjectFiles files, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key, SignedRequest signed)
    {
        var request = context.Request;
        var properties = ObjectProperties.Read(PropertiesOf(request, target));
        var precondition = Precondition(request);
        precondition(files.Index.Find(key));

        using var pending = files.Begin();
        var checksum = await RequestBody.ReceiveAsync(request, signed, pending);
        var stored = new StoredObject(key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), properties);
        files.Commit(pending, stored, precondition);

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        context.Response.Headers.ETag = stored.ETag;
        if (checksum is { } right)
        {
            context.Response.Headers[right.Header] = right.Value;
        }
    }

    /// <summary>
    /// Returns the headers, including <c>x-amz-…</c> headers that a presigned URL has in its signed query.
    /// </summary>
    public static IEnumerable<KeyValuePair<string, string>> PropertiesOf(HttpRequest request, RequestTarget target) =>
        request.Headers
            .Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))
            .Concat(target.Query.Names
                .Where(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !request.Headers.ContainsKey(name))
                .Select(name => KeyValuePair.Create(name, target.Query[name]!)));

    /// <summary>Checks If-None-Match and If-Match, before the body is read and again when the object is stored.</summary>
    private static Action<StoredObject?> Precondition(HttpRequest request)
    {
        var ifMatch = request.Headers.IfMatch.ToString();
        var ifNoneMatch = request.Headers.IfNoneMatch.ToString();
        if (ifNoneMatch is not ("" or "*"))
        {
            throw S3Error.NotImplemented.With(null, ("Header", "If-None-Match"));
        }

        return current =>
        {
            if (ifNoneMatch.Length > 0 && current is not null)
            {
                throw S3Error.PreconditionFailed.With(null, ("Condition", "If-None-Match"));
            }

            if (ifMatch.Length > 0 && (current is null ? throw S3Error.NoSuchKey.With() : !ETags.Match(ifMatch, current.ETag)))
            {
                throw S3Error.PreconditionFailed.With(null, ("Condition", "If-Match"));
            }
        };
    }
}
