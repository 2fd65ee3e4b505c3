namespace S3Auth.DevelopmentStore;

/// <summary>GET and HEAD /bucket/key. Specification: "GetObject" and "HeadObject", Amazon S3 API Reference.</summary>
internal sealed class GetObject(ObjectFiles files)
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
        if (!Preconditions(request.Headers, stored))
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

        stored.Properties.WriteTo(response);
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
            await reader.CopyToAsync(response.Body, offset, count, context.RequestAborted);
        }
    }

    /// <summary>Evaluates conditional headers. Specification: RFC 9110, section 13.2.2.</summary>
    /// <returns>False if the client's copy is current.</returns>
    private static bool Preconditions(IHeaderDictionary headers, StoredObject stored)
    {
        if (headers.IfMatch.Count > 0)
        {
            if (!ETags.Match(headers.IfMatch.ToString(), stored.ETag))
            {
                throw S3Error.PreconditionFailed.With(null, ("Condition", "If-Match"));
            }
        }
        else if (HttpTime.TryParse(headers.IfUnmodifiedSince.ToString(), out var unmodifiedSince) && stored.LastModified > unmodifiedSince)
        {
            throw S3Error.PreconditionFailed.With(null, ("Condition", "If-Unmodified-Since"));
        }

        return headers.IfNoneMatch.Count > 0
            ? !ETags.Match(headers.IfNoneMatch.ToString(), stored.ETag)
            : !HttpTime.TryParse(headers.IfModifiedSince.ToString(), out var modifiedSince) || stored.LastModified > modifiedSince;
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
