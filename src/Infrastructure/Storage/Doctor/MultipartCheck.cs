using System.Xml.Linq;

namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the store supports multipart uploads, and whether the keys may use and find them. Starts one, uploads a part of one byte, lists
/// the part and the upload, and aborts the upload, so that no object is created. The ETag of the part shows whether ETags are MD5s. The
/// attempt to complete the upload with a part that does not exist shows whether the store accepts conditional completions.
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
        var (isPartListed, isLeft, isFound) = (false, false, false);
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

            // A miner resumes an upload that the server finds in this list.
            var uploads = await exam.SendAsync(
                HttpMethod.Get, key: null, [new S3Parameter("prefix", key), new S3Parameter("uploads", "")], cancellationToken);
            isFound = uploads.Xml("ListMultipartUploadsResult") is { } list && StoreExam.Values(list, "UploadId").Contains(uploadId);
            var completed = await exam.CompleteAsync(
                key, uploadId, number: 2, $"\"{MD5OfPart}\"", [ConditionalWriteCheck.Header], cancellationToken);
            exam.Capabilities = exam.Capabilities with
            {
                ConditionalCompletion = completed.IsNotImplemented ? ConditionalWrites.Refused
                    : completed.Error?.Code is "InvalidPart" ? ConditionalWrites.Accepted
                    : ConditionalWrites.Unknown,
            };
        }
        finally
        {
            isLeft = !await AbortAsync(exam, key, upload);
        }

        exam.Capabilities = exam.Capabilities with { Multipart = isPartListed };
        if (isLeft)
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The doctor could not abort its multipart upload, so one part of one byte may be left in the bucket, for the key {key}.",
                "Abort that upload, and give this server's keys the permission s3:AbortMultipartUpload.");
        }

        return !isPartListed
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The store starts a multipart upload, but does not accept or list its parts.",
                "Give this server's keys the permissions s3:PutObject and s3:ListMultipartUploadParts on the data.")
            : !isFound
            ? new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The store supports multipart uploads, but does not list unfinished ones, so miners cannot resume an interrupted upload.",
                "Give this server's keys the permission s3:ListBucketMultipartUploads on the bucket.")
            : exam.Capabilities.ETagsAreMd5 is false
                ? new StoreCheck(
                    Name,
                    StoreCheckResult.Warn,
                    "The store supports multipart uploads. Its ETags are not MD5s of the content, as with KMS encryption: clients cannot "
                        + "compare files by ETag.",
                    "Nothing is wrong if the bucket uses KMS encryption. s3auth then compares sizes and times.")
                : new StoreCheck(Name, StoreCheckResult.Ok, "The store supports multipart uploads.");
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
        if (answer.IsDenied)
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store refuses to open a multipart upload: it answers {answer}.",
                "Give this server's keys the permission s3:PutObject on the data.");
        }

        if (!answer.IsRefused)
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store gave no clear answer to a multipart upload: it answers {answer}.",
                "Run the doctor again.");
        }

        exam.Capabilities = exam.Capabilities with { Multipart = false };
        return new StoreCheck(
            Name,
            StoreCheckResult.Warn,
            $"The store has no multipart uploads: it answers {answer}. The server grants none, so miners cannot upload files larger than "
                + "5 GiB.",
            "Use another store if miners upload such files.");
    }
}
