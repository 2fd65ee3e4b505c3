namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store refuses to overwrite an object if a PUT says <c>If-None-Match: *</c>. If the keys may delete, it writes an object,
/// tries to overwrite it, and deletes it. Otherwise it can only find out whether the store accepts the header.
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
                ConditionalWrites.Accepted => "The store accepts If-None-Match. Whether it then refuses to overwrite an object cannot be "
                    + "tested without the permission to delete.",
                ConditionalWrites.Ignored => "The store ignores If-None-Match: whoever holds an upload URL of a file may overwrite it "
                    + "until the URL ends.",
                ConditionalWrites.Refused => "The store does not support If-None-Match: whoever holds an upload URL of a file may "
                    + "overwrite it until the URL ends.",
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

        // A version, or an object that cannot be deleted, would stay.
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
