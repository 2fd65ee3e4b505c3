using System.Collections.Concurrent;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Uploads files in parts, several at once. Continues an unfinished upload that the store has: sends only the parts that are missing or
/// differ. Keeps no journal, because the store knows the parts. Thread-safe.
/// </summary>
internal sealed class MultipartUploader(
    IS3AuthApi api,
    UploadSender sender,
    StoredFileFinder finder,
    AccountId coldkey,
    S3AuthClientOptions client,
    FileUploaderOptions options)
{
    private const string UploadNotFound = "upload_not_found";
    private const string FileExists = "file_exists";

    // A completion that names more parts could exceed the size of a request. The server then takes the parts that the store has.
    private const int MaxNamedParts = 5000;

    // S3's limit.
    private const int MaxParts = 10_000;

    private readonly ResiliencePipeline<SentRange> _retries = RetryPolicy.ForTransfers<SentRange>(client);

    internal async Task<UploadedFile> UploadAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        var (progress, known) = (new AttemptProgress(file.Sent), new PartETags());
        while (true)
        {
            var sentBefore = known.Count;
            try
            {
                return await UploadAsync(file with { Sent = progress }, known, cancellationToken).ConfigureAwait(false);
            }
            catch (RefusedException refused) when (refused.Code == UploadNotFound && known.Count > sentBefore)
            {
                // The id of an upload expires, but the store keeps the parts.
                progress.Undo();
            }
            catch
            {
                progress.Undo();
                throw;
            }
        }
    }

    private async Task<UploadedFile> UploadAsync(FileToUpload file, PartETags known, CancellationToken cancellationToken)
    {
        var upload = await api.CreateMultipartUploadAsync(
            new CreateMultipartUploadCommand
            {
                Coldkey = coldkey.ToString(),
                Path = file.Path,
                Size = file.Size,
                Job_id = file.JobId,
                Source = file.Source,
                Part_size = options.PartSize,
                Overwrite = file.Overwrite,
                Resume = true,
            },
            cancellationToken).ConfigureAwait(false);
        RequirePlan(file, upload);
        await SendPartsAsync(file, upload, known, cancellationToken).ConfigureAwait(false);
        if (file.HasChanged())
        {
            // The parts may be of two versions. The next upload sends those that differ.
            throw ChangedContentException.Of(file);
        }

        await CompleteAsync(file, upload, known, cancellationToken).ConfigureAwait(false);
        return new UploadedFile(upload.S3_key, file.Size, Md5: null);
    }

    // The number of parts decides how much memory this client uses, so it must fit the size of the file.
    private static void RequirePlan(FileToUpload file, CreatedUpload upload)
    {
        if (upload.Part_size < 1 || upload.Part_count > MaxParts || upload.Part_count != ((file.Size - 1) / upload.Part_size) + 1)
        {
            throw new RefusedException(
                "unknown", HttpStatusCode.OK, $"The server's answer splits {file.Path} into parts that do not have the size of the file.");
        }
    }

    private async Task SendPartsAsync(FileToUpload file, CreatedUpload upload, PartETags known, CancellationToken cancellationToken)
    {
        var stored = upload.Resumed
            ? (await api.ListUploadPartsAsync(
                new ListUploadPartsCommand { Coldkey = coldkey.ToString(), S3_key = upload.S3_key, Upload_id = upload.Upload_id },
                cancellationToken).ConfigureAwait(false)).Parts.ToDictionary(part => (int)part.Part_number)
            : [];
        var numbers = Enumerable.Range(1, (int)upload.Part_count).ToList();
        using var urls = new PartUrls(
            (wanted, token) => SignAsync(upload, wanted, token), [.. numbers.Where(number => !stored.ContainsKey(number))], client.Time);

        // The first round takes the parts that the store has. Those that differ from the file are sent in the next one.
        for (var round = 0; numbers.Count > 0; round++)
        {
            if (round > client.Attempts)
            {
                throw new HttpRequestException($"The store received other bytes of part {numbers[0]} of {file.Path} than the client sent.");
            }

            var verifier = new PartVerifier(file, number => RangeOf(file, upload, number));
            var differing = new ConcurrentBag<int>();
            await Parallel.ForEachAsync(
                numbers,
                new ParallelOptions { MaxDegreeOfParallelism = options.Parallel, CancellationToken = cancellationToken },
                async (number, token) =>
                {
                    var range = RangeOf(file, upload, number);
                    var part = round == 0 ? Find(stored, number, range) : null;
                    if (part is null)
                    {
                        part = await SendPartAsync(file, range, number, urls, token).ConfigureAwait(false);
                    }
                    else
                    {
                        file.Sent?.Report(range.Length);
                    }

                    known.Set(number, part.Value.ETag);
                    if (part.Value.IsETagMd5)
                    {
                        Add(await verifier.AddAsync(number, part.Value.ETag!, token).ConfigureAwait(false));
                    }
                }).ConfigureAwait(false);
            Add(await verifier.FlushAsync(cancellationToken).ConfigureAwait(false));
            numbers = [.. differing.Order()];

            void Add(IReadOnlyList<int> parts)
            {
                foreach (var number in parts)
                {
                    differing.Add(number);
                    file.Sent?.Report(-RangeOf(file, upload, number).Length);
                }
            }
        }
    }

    // If the ETag of a part is not an MD5, only its size can be compared.
    private static SentRange? Find(Dictionary<int, StoredPart> stored, int number, FileRange range) =>
        stored.TryGetValue(number, out var part) && part.Size == range.Length && part.Etag.Trim('"') is var etag
            ? new SentRange(etag, Md5: null, Md5ETag.HasForm(etag))
            : null;

    private static FileRange RangeOf(FileToUpload file, CreatedUpload upload, int number)
    {
        var start = (number - 1) * upload.Part_size;
        return new FileRange(start, Math.Min(upload.Part_size, file.Size - start));
    }

    private Task<SignedParts> SignAsync(CreatedUpload upload, IReadOnlyList<int> numbers, CancellationToken cancellationToken) =>
        api.SignUploadPartsAsync(
            new SignUploadPartsCommand
            {
                Coldkey = coldkey.ToString(),
                S3_key = upload.S3_key,
                Upload_id = upload.Upload_id,
                Part_numbers = [.. numbers.Select(number => (long)number)],
            },
            cancellationToken);

    private async Task<SentRange> SendPartAsync(
        FileToUpload file, FileRange range, int number, PartUrls urls, CancellationToken cancellationToken) =>
        await _retries.ExecuteAsync(
            async token =>
            {
                var url = await urls.GetAsync(number, spent: null, token).ConfigureAwait(false);
                try
                {
                    return await SendAsync(url).ConfigureAwait(false);
                }
                catch (StoreException exception) when (Failures.KindOf(exception) == FailureKind.GrantRefused)
                {
                    var fresh = await urls.GetAsync(number, spent: url, token).ConfigureAwait(false);
                    if (ReferenceEquals(fresh, url))
                    {
                        throw;
                    }

                    return await SendAsync(fresh).ConfigureAwait(false);
                }

                Task<SentRange> SendAsync(PartUrl part) =>
                    sender.SendAsync(file, range, new UploadTarget(part.Url) { NeedsMd5 = false }, token);
            },
            cancellationToken).ConfigureAwait(false);

    private async Task CompleteAsync(FileToUpload file, CreatedUpload upload, PartETags known, CancellationToken cancellationToken)
    {
        var etags = known.ToList((int)upload.Part_count);
        var named = etags is { Count: <= MaxNamedParts }
            ? etags.Select((etag, index) => new SentPart { Part_number = index + 1, Etag = etag }).ToList()
            : null;
        try
        {
            await api.CompleteMultipartUploadAsync(
                new CompleteMultipartUploadCommand
                {
                    Coldkey = coldkey.ToString(), S3_key = upload.S3_key, Upload_id = upload.Upload_id, Parts = named,
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RefusedException { Code: UploadNotFound or FileExists } or HttpRequestException
            or StalledException)
        {
            // The answer to an earlier attempt may be lost. A file of the same size may also be another one, which was stored before.
            if (etags is null || Md5ETag.OfParts(etags) is not { } expected || !await finder.IsStoredAsync(
                upload.S3_key, file, () => Task.FromResult(expected), cancellationToken).ConfigureAwait(false))
            {
                throw;
            }
        }
    }
}
