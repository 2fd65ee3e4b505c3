namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store refuses to overwrite an object if a PUT has <c>If-None-Match: *</c>. If the keys may delete and the bucket keeps no
/// versions, writes an object, tries to overwrite it, and deletes it. Otherwise finds out only whether the store accepts the header.
/// </summary>
internal sealed class ConditionalWriteCheck : IStoreCheck
{
    private const string Header = "If-None-Match: *";

    public string Name => "conditional_writes";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var key = exam.ConditionalKey;
        var found = await AskAsync(exam, key, cancellationToken);
        exam.Capabilities = exam.Capabilities with { ConditionalWrites = found };
        return new StoreCheck(
            Name,
            found == ConditionalWrites.Unknown ? StoreCheckResult.Warn : StoreCheckResult.Ok,
            found switch
            {
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

    private static async Task<ConditionalWrites> AskAsync(StoreExam exam, string key, CancellationToken cancellationToken)
    {
        var attempt = await exam.TryPutAsync(key, [], [Header], cancellationToken);
        if (!attempt.IsAccepted)
        {
            return attempt.IsRefused && !attempt.IsDenied ? ConditionalWrites.Refused : ConditionalWrites.Unknown;
        }

        // Otherwise the object, or a version of it, would stay in the bucket.
        if (exam is not { MayDelete: true, IsVersioned: false })
        {
            return ConditionalWrites.Accepted;
        }

        try
        {
            if (!(await exam.PutAsync(key, [], [], [], cancellationToken)).IsSuccess)
            {
                return ConditionalWrites.Unknown;
            }

            var overwrite = await exam.PutAsync(key, [], [], [Header], cancellationToken);
            return overwrite.IsSuccess ? ConditionalWrites.Ignored
                : overwrite.Status is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict ? ConditionalWrites.Enforced
                : ConditionalWrites.Unknown;
        }
        finally
        {
            await exam.SendAsync(HttpMethod.Delete, key, [], CancellationToken.None);
        }
    }
}
