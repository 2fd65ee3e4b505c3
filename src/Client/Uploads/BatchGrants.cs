using System.Collections.Concurrent;
using System.Threading.Channels;

namespace S3Auth.Client.Uploads;

/// <summary>
/// Collects files into batches, computes their SHA-256, and requests their grants. The first batch is small, so that transfers begin at
/// once. Each is twice as large as the one before.
/// </summary>
/// <param name="api">The server.</param>
/// <param name="coldkey">The miner's coldkey.</param>
/// <param name="time">The clock.</param>
/// <param name="granted">Receives the files that may be sent.</param>
/// <param name="outcomes">Receives the outcomes of the others.</param>
internal sealed class BatchGrants(
    IS3AuthApi api,
    AccountId coldkey,
    TimeProvider time,
    ChannelWriter<GrantedFile> granted,
    ChannelWriter<UploadOutcome> outcomes)
{
    private const int HashedAtOnce = 4;

    private readonly Dictionary<(string? Source, string? Job, bool Overwrite), UploadBatch> _open = [];
    private long _maxContentBytes = 64 * 1024 * 1024;
    private bool _isHashEnforced = true;

    /// <summary>Adds a file to its batch. Requests the grants of the batch if it has no more room.</summary>
    internal async Task AddAsync(FileToUpload file, CancellationToken cancellationToken)
    {
        var key = (file.Source, file.JobId, file.Overwrite);
        var batch = _open.TryGetValue(key, out var open) ? open : _open[key] = new UploadBatch();
        if (!batch.HasRoomFor(file, _maxContentBytes))
        {
            await GrantAsync(batch.Files, cancellationToken).ConfigureAwait(false);
            batch = _open[key] = new UploadBatch();
        }

        batch.Add(file);
    }

    /// <summary>Requests the grants of all batches.</summary>
    internal async Task FlushAsync(CancellationToken cancellationToken)
    {
        foreach (var batch in _open.Values)
        {
            await GrantAsync(batch.Files, cancellationToken).ConfigureAwait(false);
        }

        _open.Clear();
    }

    private async Task GrantAsync(IReadOnlyList<FileToUpload> files, CancellationToken cancellationToken)
    {
        _maxContentBytes = Math.Min(_maxContentBytes * 2, long.MaxValue / 4);
        var requested = await DescribeAsync(files, cancellationToken).ConfigureAwait(false);
        if (requested.IsEmpty)
        {
            return;
        }

        var first = files[0];
        var asked = time.GetUtcNow();
        var answer = await api.GetFileUploadUrlsAsync(
            new GetFileUploadUrlsCommand
            {
                Coldkey = coldkey.ToString(),
                Files = [.. files.Where(requested.ContainsKey).Select(file => requested[file])],
                Job_id = first.JobId,
                Source = first.Source,
                Overwrite = first.Overwrite,
            },
            cancellationToken).ConfigureAwait(false);
        var existing = answer.Existing.ToHashSet(StringComparer.Ordinal);
        foreach (var file in files.Where(requested.ContainsKey))
        {
            if (answer.Files.TryGetValue(file.Path, out var grant))
            {
                await granted.WriteAsync(
                    new GrantedFile(file)
                    {
                        Key = grant.S3_key,
                        Target = UploadTarget.Of(grant, answer.Sha256_enforced && requested[file].Sha256 is not null),
                        GrantedAt = asked,
                        RenewAt = GrantTiming.RenewAt(asked, grant.Expires_in_seconds),
                    },
                    cancellationToken).ConfigureAwait(false);
            }
            else
            {
                outcomes.TryWrite(new UploadOutcome(file, Uploaded: null, ErrorOf(file, answer, existing)));
            }
        }

        // Does not compute hashes that the store ignores.
        _isHashEnforced = answer.Sha256_enforced;
    }

    private static RefusedException ErrorOf(FileToUpload file, FileUploadUrls answer, HashSet<string> existing) =>
        answer.Refused.TryGetValue(file.Path, out var refused)
            ? new RefusedException(refused.Code, HttpStatusCode.BadRequest, refused.Detail)
            : existing.Contains(file.Path)
                ? UploadRules.Exists(file)
                : new RefusedException("unknown", HttpStatusCode.OK, $"The server's answer leaves out {file.Path}.");

    /// <summary>Describes each file with its SHA-256. Reports the files that cannot be read.</summary>
    private async Task<ConcurrentDictionary<FileToUpload, RequestedFile>> DescribeAsync(
        IReadOnlyList<FileToUpload> files, CancellationToken cancellationToken)
    {
        var requested = new ConcurrentDictionary<FileToUpload, RequestedFile>(ReferenceEqualityComparer.Instance);
        await Parallel.ForEachAsync(
            files,
            new ParallelOptions { MaxDegreeOfParallelism = HashedAtOnce, CancellationToken = cancellationToken },
            async (file, token) =>
            {
                try
                {
                    requested[file] = new RequestedFile
                    {
                        Path = file.Path, Size = file.Size, Sha256 = await Sha256OfAsync(file, token).ConfigureAwait(false),
                    };
                }
                catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
                {
                    outcomes.TryWrite(new UploadOutcome(file, Uploaded: null, exception));
                }
            }).ConfigureAwait(false);
        return requested;
    }

    // The content of a file with an expected hash comes from elsewhere, so it is read only once.
    private async Task<string?> Sha256OfAsync(FileToUpload file, CancellationToken cancellationToken) => file.Expected switch
    {
        _ when !_isHashEnforced => null,
        { Algorithm.Name: "SHA256", Prefix.Length: 0 } expected => Convert.ToHexStringLower(expected.Hash.Span),
        not null => null,
        null => Convert.ToHexStringLower(await FileHash.ComputeAsync(
            file, FileRange.Whole(file), HashAlgorithmName.SHA256, cancellationToken).ConfigureAwait(false)),
    };
}
