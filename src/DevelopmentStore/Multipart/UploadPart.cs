namespace S3Auth.DevelopmentStore;

/// <summary>PUT /bucket/key?partNumber&amp;uploadId. Specification: "UploadPart", Amazon S3 API Reference.</summary>
internal sealed class UploadPart(EmbeddedStoreOptions options, ObjectFiles files, MultipartUploads uploads, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key, SignedRequest signed)
    {
        var (request, response) = (context.Request, context.Response);
        var number = PartNumber(target.Query);
        var upload = uploads.Find(target.Query["uploadId"] ?? "", key);

        // Refuses encryption and everything else that the store does not have. A part has no properties of its own.
        _ = ObjectProperties.Read(PutObject.PropertiesOf(request, target));

        using var pending = files.Begin();
        var checksum = await RequestBody.ReceiveAsync(request, signed, pending, options.Behaviour.HasChecksums);
        upload.Properties.ChecksumOfUpload()?.RequirePart(checksum);
        var part = new StoredObject(
            key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), ObjectProperties.None.WithChecksum(checksum));
        await upload.PutPartAsync(number, pending, part, context.RequestAborted);

        response.StatusCode = StatusCodes.Status200OK;
        response.ContentLength = 0;
        response.Headers.ETag = part.ETag;
        if (checksum is not null)
        {
            response.Headers[checksum.Header] = checksum.Value;
        }
    }

    /// <summary>Returns the number of the part of a request.</summary>
    /// <exception cref="S3Exception">InvalidArgument if it is missing or not 1 to 10,000, or if there is no upload id.</exception>
    public static int PartNumber(QueryParameters query)
    {
        if (!query.Has("uploadId") || !query.Has("partNumber"))
        {
            throw S3Error.InvalidArgument.With(
                query.Has("uploadId")
                    ? "This operation does not accept a query-string uploadId without a partNumber"
                    : "This operation does not accept partNumber without uploadId",
                ("ArgumentName", query.Has("uploadId") ? "partNumber" : "uploadId"));
        }

        return int.TryParse(query["partNumber"], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= MultipartUploads.MaxParts
                ? number
                : throw S3Error.InvalidArgument.With(
                    $"Part number must be an integer between 1 and {MultipartUploads.MaxParts}, inclusive",
                    ("ArgumentName", "partNumber"),
                    ("ArgumentValue", query["partNumber"]!));
    }
}
