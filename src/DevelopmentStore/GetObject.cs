namespace S3Auth.DevelopmentStore;

/// <summary>GET and HEAD /bucket/key. Specification: "GetObject" and "HeadObject", Amazon S3 API Reference.</summary>
internal sealed class GetObject(EmbeddedStoreOptions options, ObjectFiles files)
{
    private static readonly string[] Overrides =
        ["Content-Type", "Content-Language", "Expires", "Cache-Control", "Content-Disposition", "Content-Encoding"];

    public async Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var (request, response) = (context.Request, context.Response);
        using var reader = files.Open(key) ?? throw S3Error.NoSuchKey.With(null, ("Key", key));
        var stored = reader.Stored;

        response.Headers.ETag = stored.ETag;
        response.Headers.LastModified = HttpTime.Format(stored.LastModified);
        if (!ReadConditions.AreMet(request.Headers, stored))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        ByteRange? range;
        try
        {
            range = IfRangeHolds(request.Headers, stored) ? ByteRange.Parse(request.Headers.Range.ToString(), stored.Size) : null;
        }
        catch (S3Exception)
        {
            response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes */{stored.Size}");
            throw;
        }

        var wantsChecksum = request.Headers["x-amz-checksum-mode"].ToString().Equals("ENABLED", StringComparison.OrdinalIgnoreCase);
        stored.Properties.WriteTo(response, withChecksum: wantsChecksum && range is null && options.Behaviour.HasChecksums);
        ApplyOverrides(response, target.Query);
        response.Headers.AcceptRanges = "bytes";
        var (offset, count) = range ?? new ByteRange(0, stored.Size);
        response.StatusCode = range is null ? StatusCodes.Status200OK : StatusCodes.Status206PartialContent;
        response.ContentLength = count;
        if (range is not null)
        {
            response.Headers.ContentRange = string.Create(
                CultureInfo.InvariantCulture,
                $"bytes {offset}-{offset + count - 1}/{stored.Size}");
        }

        if (HttpMethods.IsGet(request.Method))
        {
            await reader.OpenRange(offset, count).CopyToAsync(response.Body, context.RequestAborted);
        }
    }

    private static bool IfRangeHolds(IHeaderDictionary headers, StoredObject stored) =>
        headers.IfRange.Count == 0
        || ETags.Match(headers.IfRange.ToString(), stored.ETag)
        || (HttpTime.TryParse(headers.IfRange.ToString(), out var moment) && stored.LastModified == moment);

    private static void ApplyOverrides(HttpResponse response, QueryParameters query)
    {
        foreach (var header in Overrides)
        {
            var name = "response-" + header.ToLowerInvariant();
            if (query[name] is { Length: > 0 } value)
            {
                response.Headers[header] = ObjectProperties.RequireHeaderValue(name, value);
            }
        }
    }
}
