using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store has multipart uploads: opens one, uploads a part of one byte, lists it, and aborts it, so that no object comes into
/// being. The ETag of the part shows whether ETags are MD5s.
/// </summary>
internal sealed class MultipartCheck : IStoreCheck
{
    // The MD5 of the part's content, "a".
    private const string MD5OfPart = "0cc175b9c0f1b6a831c399e269772661";

    public string Name => "multipart";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var key = exam.ProbePrefix + "multipart";
        var opened = await exam.SendAsync(HttpMethod.Post, key, [new S3Parameter("uploads", "")], cancellationToken);
        if (opened.Xml("InitiateMultipartUploadResult") is not { } started
            || StoreExam.Values(started, "UploadId").FirstOrDefault() is not { Length: > 0 } uploadId)
        {
            return NotOpened(exam, opened);
        }

        var upload = new S3Parameter("uploadId", uploadId);
        var (isPartListed, isLeft) = (false, false);
        try
        {
            var part = await exam.PutAsync(key, [new S3Parameter("partNumber", "1"), upload], [], [], cancellationToken);
            exam.Capabilities = exam.Capabilities with
            {
                ETagsAreMd5 = part.IsSuccess && part.Header("ETag") is { } etag
                    ? string.Equals(etag.Trim('"'), MD5OfPart, StringComparison.OrdinalIgnoreCase)
                    : null,
            };
            var listed = await exam.SendAsync(HttpMethod.Get, key, [upload], cancellationToken);
            isPartListed = listed.Xml("ListPartsResult") is { } parts && StoreExam.Values(parts, "PartNumber").Contains("1");
        }
        finally
        {
            isLeft = !await AbortAsync(exam, key, upload);
        }

        if (isLeft)
        {
            exam.Capabilities = exam.Capabilities with { Multipart = isPartListed };
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store does not abort multipart uploads with these keys. An upload of one byte at {key} may be left in the bucket.",
                "Give this server's keys the permission s3:AbortMultipartUpload, and abort that upload.");
        }

        exam.Capabilities = exam.Capabilities with { Multipart = isPartListed };
        return !isPartListed
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The store opens a multipart upload, but does not take or list its parts. Files above 5 GiB cannot be uploaded.",
                "Give this server's keys the permissions s3:PutObject and s3:ListMultipartUploadParts on the data.")
            : exam.Capabilities.ETagsAreMd5 is false
                ? new StoreCheck(
                    Name,
                    StoreCheckResult.Warn,
                    "The store has multipart uploads. Its ETags are not the MD5 of the content, as with encryption by KMS keys: clients "
                        + "cannot compare files by their ETag.",
                    "Nothing is wrong if you encrypt with KMS keys. s3auth then compares sizes and times.")
                : new StoreCheck(Name, StoreCheckResult.Ok, "The store has multipart uploads.");
    }

    // Returns whether the store says that there is no upload any more.
    private static async Task<bool> AbortAsync(StoreExam exam, string key, S3Parameter upload)
    {
        try
        {
            await exam.SendAsync(HttpMethod.Delete, key, [upload], CancellationToken.None);
            return (await exam.SendAsync(HttpMethod.Get, key, [upload], CancellationToken.None)) is { IsSuccess: false, IsBusy: false };
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            return false;
        }
    }

    private StoreCheck NotOpened(StoreExam exam, ProbeAnswer answer)
    {
        exam.Capabilities = exam.Capabilities with { Multipart = answer.IsRefused && !answer.IsDenied ? false : null };
        return answer.IsDenied
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store refuses to open a multipart upload: it answers {answer}.",
                "Give this server's keys the permission s3:PutObject on the data.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store has no multipart uploads: it answers {answer}. Files above 5 GiB cannot be uploaded.",
                "Use another store if miners have larger files.");
    }
}
