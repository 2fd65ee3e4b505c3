namespace S3Auth.DevelopmentStore;

/// <summary>PUT /bucket/key with x-amz-copy-source. Specification: "CopyObject", Amazon S3 API Reference.</summary>
internal sealed class CopyObject(EmbeddedStoreOptions options, ObjectFiles files, TimeProvider time)
{
    public async Task HandleAsync(HttpContext context, RequestTarget target, string key)
    {
        var request = context.Request;
        var precondition = WriteConditions.Of(request);
        using var source = CopySource.Open(request, files, options);
        var (offset, count) = CopySource.RangeOf(request, source.Stored);
        var given = ObjectProperties.Read(CopySource.WithoutSource(PutObject.PropertiesOf(request, target)));
        var kept = source.Stored.Properties;
        var replaces = request.Headers["x-amz-metadata-directive"].ToString() switch
        {
            "" or "COPY" => false,
            "REPLACE" => true,
            _ => throw S3Error.InvalidArgument.With("Unknown metadata directive.", ("ArgumentName", "x-amz-metadata-directive")),
        };
        if (!replaces && key == source.Stored.Key && given.StorageClass == kept.StorageClass)
        {
            throw S3Error.InvalidRequest.With(
                "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, "
                + "storage class, website redirect location or encryption attributes.");
        }

        precondition(files.Index.Find(key));
        var algorithm = UploadChecksum.Read(request.Headers[UploadChecksum.AlgorithmHeader], type: null)?.Header
            ?? (kept.Checksum() is { IsComposite: false } present ? present.Header : null);
        using var checksum = algorithm is null || !options.Behaviour.HasChecksums ? null : Checksum.For(algorithm);
        using var pending = files.Begin();
        await pending.ReceiveAsync(
            source.OpenRange(offset, count), EmbeddedStore.MaxObjectBytes, piece => checksum?.Append(piece.Span), context.RequestAborted);
        var properties = (replaces ? given : kept with { StorageClass = given.StorageClass })
            .WithChecksum(checksum is null ? null : new ContentChecksum(checksum.Header, checksum.Value()));
        var copy = new StoredObject(key, pending.Size, ETags.OfMd5(pending.Md5()), HttpTime.Now(time), properties);
        files.Commit(pending, copy, precondition);
        await CopySource.AnswerAsync(context.Response, "CopyObjectResult", copy);
    }
}
