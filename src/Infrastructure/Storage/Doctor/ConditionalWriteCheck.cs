namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store refuses to overwrite an object if a PUT, or the completion of a multipart upload, has <c>If-None-Match: *</c>. If the
/// keys may delete and the bucket keeps no versions, writes an object, tries to overwrite it both ways, and deletes it. Otherwise finds out
/// only whether the store accepts the header of a PUT.
/// </summary>
internal sealed class ConditionalWriteCheck : IStoreCheck
{
    /// <summary>The header line.</summary>
    internal const string Header = "If-None-Match: *";

    public string Name => "conditional_writes";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var key = exam.ConditionalKey;
        var (found, completion) = await AskAsync(exam, key, cancellationToken);
        exam.Capabilities = exam.Capabilities with
        {
            ConditionalWrites = found, ConditionalCompletion = completion ?? exam.Capabilities.ConditionalCompletion,
        };
        return new StoreCheck(
            Name,
            found == ConditionalWrites.Unknown ? StoreCheckResult.Warn : StoreCheckResult.Ok,
            found switch
            {
                ConditionalWrites.Enforced when completion is ConditionalWrites.Ignored or ConditionalWrites.Refused =>
                    "The store can refuse to overwrite an object (If-None-Match), but not with a multipart upload.",
                ConditionalWrites.Enforced => "The store can refuse to overwrite an object (If-None-Match).",
                ConditionalWrites.Accepted => "The store accepts If-None-Match. The doctor cannot test whether the store enforces it, "
                    + "because that test must delete an object.",
                ConditionalWrites.Ignored => "The store ignores If-None-Match: the holder of an upload URL can overwrite that file until "
                    + "the URL expires.",
                ConditionalWrites.Refused => "The store does not support If-None-Match: the holder of an upload URL can overwrite that "
                    + "file until the URL expires.",
                _ => "The store gave no clear answer about If-None-Match.",
            });
    }

    private static async Task<(ConditionalWrites Put, ConditionalWrites? Completion)> AskAsync(
        StoreExam exam, string key, CancellationToken cancellationToken)
    {
        var attempt = await exam.TryPutAsync(key, [], [Header], cancellationToken);
        if (!attempt.IsAccepted)
        {
            return (attempt.IsRefused && !attempt.IsDenied ? ConditionalWrites.Refused : ConditionalWrites.Unknown, null);
        }

        // Otherwise the object, or a version of it, would stay in the bucket.
        if (exam is not { MayDelete: true, IsVersioned: false })
        {
            return (ConditionalWrites.Accepted, null);
        }

        try
        {
            if (!(await exam.PutAsync(key, [], [], [], cancellationToken)).IsSuccess)
            {
                return (ConditionalWrites.Unknown, null);
            }

            var put = Judge(await exam.PutAsync(key, [], [], [Header], cancellationToken));
            return (put, put == ConditionalWrites.Enforced ? await AskCompletionAsync(exam, key, cancellationToken) : null);
        }
        finally
        {
            await exam.SendAsync(HttpMethod.Delete, key, [], CancellationToken.None);
        }
    }

    // The object exists already. The last part of an upload, here the only one, may have any size.
    private static async Task<ConditionalWrites?> AskCompletionAsync(StoreExam exam, string key, CancellationToken cancellationToken)
    {
        var opened = await exam.SendAsync(HttpMethod.Post, key, [new S3Parameter("uploads", "")], cancellationToken);
        if (opened.Xml("InitiateMultipartUploadResult") is not { } started
            || StoreExam.Values(started, "UploadId").FirstOrDefault() is not { Length: > 0 } uploadId)
        {
            return null;
        }

        var upload = new S3Parameter("uploadId", uploadId);
        try
        {
            var part = await exam.PutAsync(key, [new S3Parameter("partNumber", "1"), upload], [], [], cancellationToken);
            if (part.Header("ETag") is not { } etag)
            {
                return null;
            }

            var completed = await exam.CompleteAsync(key, uploadId, number: 1, etag, [Header], cancellationToken);
            return completed.IsNotImplemented ? ConditionalWrites.Refused : Judge(completed);
        }
        finally
        {
            await exam.SendAsync(HttpMethod.Delete, key, [upload], CancellationToken.None);
        }
    }

    // A store may answer a completion with the status 200 before it fails, and put the error into the body.
    private static ConditionalWrites Judge(ProbeAnswer overwrite) =>
        overwrite.Error?.Code == "PreconditionFailed"
            || overwrite.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict ? ConditionalWrites.Enforced
        : overwrite.IsSuccess && overwrite.Error is null ? ConditionalWrites.Ignored
        : ConditionalWrites.Unknown;
}
