namespace S3Auth.DevelopmentStore;

/// <summary>
/// PUT /bucket/key?partNumber&amp;uploadId with x-amz-copy-source. Specification: "UploadPartCopy", Amazon S3 API Reference.
/// </summary>
internal sealed class UploadPartCopy(EmbeddedStoreOptions options, ObjectFiles files, MultipartUploads uploads, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var request = context.Request;
        var number = UploadPart.PartNumber(target.Query);
        var upload = uploads.Find(target.Query["uploadId"]!, key);
        _ = ObjectProperties.Read(CopySource.WithoutSource(PutObject.PropertiesOf(request, target)));
        using var source = CopySource.Open(request, files, options);
        var (offset, count) = CopySource.RangeOf(request, source.Stored);

        using var checksum = upload.Properties.ChecksumOfUpload() is { } expected ? Checksum.For(expected.Header) : null;
        using var pending = files.Begin();
        await pending.ReceiveAsync(
            source.OpenRange(offset, count), EmbeddedStore.MaxObjectBytes, piece => checksum?.Append(piece.Span), context.RequestAborted);
        var properties = ObjectProperties.None.WithChecksum(
            checksum is null ? null : new ContentChecksum(checksum.Header, checksum.Value()));
        var part = new StoredObject(key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), properties);
        await upload.PutPartAsync(number, pending, part, context.RequestAborted);
        await CopySource.AnswerAsync(context.Response, "CopyPartResult", part);
    }
}
