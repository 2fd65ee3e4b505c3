namespace S3Auth.DevelopmentStore;

/// <summary>PUT /bucket/key. Specification: "PutObject", Amazon S3 API Reference.</summary>
internal sealed class PutObject(EmbeddedStoreOptions options, ObjectFiles files, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key, SignedRequest signed)
    {
        var request = context.Request;
        var properties = ObjectProperties.Read(PropertiesOf(request, target));
        var precondition = WriteConditions.Of(request);
        precondition(files.Index.Find(key));

        using var pending = files.Begin();
        var checksum = await RequestBody.ReceiveAsync(request, signed, pending, options.Behaviour.HasChecksums);
        var stored = new StoredObject(
            key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), properties.WithChecksum(checksum));
        files.Commit(pending, stored, precondition);

        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentLength = 0;
        context.Response.Headers.ETag = stored.ETag;
        checksum?.WriteTo(context.Response);
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
}
