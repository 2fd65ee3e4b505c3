namespace S3Auth.DevelopmentStore;

/// <summary>POST /bucket/key?uploadId. Specification: "CompleteMultipartUpload", Amazon S3 API Reference.</summary>
internal sealed class CompleteMultipartUpload(EmbeddedStoreOptions options, ObjectFiles files, MultipartUploads uploads)
{
    private const long MinPartBytes = 5 * 1024 * 1024;
    private const long MaxObjectBytes = 5L * 1024 * 1024 * 1024 * 1024;

    public async Task HandleAsync(HttpContext context, RequestTarget target, string key, SignedRequest signed)
    {
        var request = context.Request;
        var precondition = options.Behaviour.HasConditionalCompletions ? WriteConditions.Of(request) : _ => { };
        var upload = uploads.Find(target.Query["uploadId"]!, key);

        // A checksum in the headers is the object's, not the body's.
        var named = CompletionRequest.Parse(
            await RequestBody.ReadAsync(request, signed, CompletionRequest.MaxBytes, hasChecksum: false));
        precondition(files.Index.Find(key));

        StoredObject? stored = null;
        await uploads.CloseAsync(
            upload, async () => stored = await AssembleAsync(request, upload, named, precondition), context.RequestAborted);
        await AnswerAsync(context.Response, target.UrlOf(request, key), stored!);
    }

    private async Task<StoredObject> AssembleAsync(
        HttpRequest request,
        MultipartUpload upload,
        IReadOnlyList<CompletionRequest.NamedPart> named,
        Action<StoredObject?> precondition)
    {
        var parts = Choose(upload, named);
        var expected = options.Behaviour.HasChecksums ? upload.Properties.ChecksumOfUpload() : null;
        RequireSize(request, parts);

        using var pending = files.Begin();
        using var whole = expected is { IsComposite: false } ? Checksum.For(expected.Header) : null;
        using var etag = ContentMd5.Start();
        foreach (var (number, part) in named.Select(part => part.Number).Zip(parts))
        {
            using var reader = upload.Open(number);
            await pending.ReceiveAsync(
                reader.OpenRange(0, part.Size), MaxObjectBytes, piece => whole?.Append(piece.Span), request.HttpContext.RequestAborted);
            etag.AppendData(Convert.FromHexString(part.ETag.Trim('"')));
        }

        var checksum = expected is { IsComposite: true } ? expected.Combine(parts)
            : whole is not null ? new ContentChecksum(whole.Header, whole.Value())
            : null;
        RequireChecksum(request, checksum);
        var stored = new StoredObject(
            upload.Key,
            pending.Size,
            $"\"{Convert.ToHexStringLower(etag.GetCurrentHash())}-{S3Xml.Number(parts.Count)}\"",
            upload.Initiated, // As AWS, which dates an object by the start of its upload.
            upload.Properties.WithChecksum(checksum));
        files.Commit(pending, stored, precondition);
        return stored;
    }

    private List<StoredObject> Choose(MultipartUpload upload, IReadOnlyList<CompletionRequest.NamedPart> named)
    {
        var (stored, isComposite) = (upload.Parts, upload.Properties.ChecksumOfUpload()?.IsComposite is true);
        var chosen = new List<StoredObject>(named.Count);
        for (var i = 0; i < named.Count; i++)
        {
            var name = named[i];
            (string, string)[] details = [("PartNumber", S3Xml.Number(name.Number)), ("ETag", name.ETag), ("UploadId", upload.Id)];
            if (i > 0 && name.Number <= named[i - 1].Number)
            {
                throw S3Error.InvalidPartOrder.With(null, details);
            }

            if (!stored.TryGetValue(name.Number, out var part) || part.ETag.Trim('"') != name.ETag)
            {
                throw S3Error.InvalidPart.With(null, details);
            }

            RequireChecksum(name, part, isComposite);
            chosen.Add(part);
        }

        if (options.Behaviour.NeedsAllParts && chosen.Count < stored.Count)
        {
            throw S3Error.InvalidPart.With("The request does not name all parts that were uploaded.");
        }

        for (var i = 0; i < chosen.Count - 1; i++)
        {
            if (chosen[i].Size < MinPartBytes)
            {
                throw S3Error.EntityTooSmall.With(
                    null,
                    ("ProposedSize", S3Xml.Number(chosen[i].Size)),
                    ("MinSizeAllowed", S3Xml.Number(MinPartBytes)),
                    ("PartNumber", S3Xml.Number(named[i].Number)),
                    ("ETag", named[i].ETag));
            }

            if (options.Behaviour.NeedsEqualParts && chosen[i].Size != chosen[0].Size)
            {
                throw S3Error.InvalidPart.With("All non-trailing parts must have the same length.");
            }
        }

        return options.Behaviour.NeedsEqualParts && chosen[^1].Size > chosen[0].Size
            ? throw S3Error.InvalidPart.With("The last part must not be longer than the other parts.")
            : chosen;
    }

    private void RequireChecksum(CompletionRequest.NamedPart named, StoredObject part, bool isComposite)
    {
        if (!options.Behaviour.HasChecksums)
        {
            return;
        }

        if (named.Checksum is null && isComposite)
        {
            throw S3Error.InvalidRequest.With(
                $"The complete request must include the checksum for each part. It was missing for part {named.Number} in the request.");
        }

        if (named.Checksum is { } checksum && part.Properties[checksum.Header] != checksum.Value)
        {
            throw S3Error.InvalidPart.With(null, ("PartNumber", S3Xml.Number(named.Number)));
        }
    }

    private static void RequireChecksum(HttpRequest request, ContentChecksum? checksum)
    {
        if (checksum is not null
            && request.Headers[checksum.Header].ToString() is { Length: > 0 } declared
            && declared.Split('-')[0] != checksum.Value.Split('-')[0])
        {
            throw S3Error.BadDigest.With();
        }
    }

    private static void RequireSize(HttpRequest request, List<StoredObject> parts)
    {
        if (request.Headers["x-amz-mp-object-size"].ToString() is { Length: > 0 } size
            && size != S3Xml.Number(parts.Sum(part => part.Size)))
        {
            throw S3Error.InvalidRequest.With("The provided x-amz-mp-object-size does not match the size of the parts.");
        }
    }

    private Task AnswerAsync(HttpResponse response, string location, StoredObject stored) =>
        S3Xml.SendAsync(response, StatusCodes.Status200OK, "CompleteMultipartUploadResult", xml =>
        {
            xml.WriteElementString("Location", location);
            xml.WriteElementString("Bucket", options.Bucket);
            xml.WriteElementString("Key", stored.Key);
            xml.WriteElementString("ETag", stored.ETag);
            if (stored.Properties.Checksum() is { } checksum)
            {
                xml.WriteElementString(checksum.Element, checksum.Value);
                xml.WriteElementString("ChecksumType", checksum.Type);
            }
        });
}
