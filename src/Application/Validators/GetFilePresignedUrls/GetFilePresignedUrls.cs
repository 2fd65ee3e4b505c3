namespace S3Auth.Application.Validators;

/// <summary>
/// Request of a validator to download files of one miner. The commitment is <c>s3:validator:files:{miner}:{hotkey}:{timestamp}</c>.
/// </summary>
public sealed record GetFilePresignedUrlsCommand : OneMinerRequest, IRequest<FilePresignedUrls>
{
    /// <summary>The default lifetime of URLs in hours.</summary>
    public const long DefaultHours = 1;

    /// <summary>The maximum lifetime of URLs in hours.</summary>
    public const long MaxHours = 24;

    /// <summary>The maximum number of keys in a request.</summary>
    public const int MaxKeys = 1000;

    /// <summary>The keys of the files, 1 to 1,000, as /list-files returns them. Percent-decode the keys of a presigned listing.</summary>
    public IReadOnlyList<string?>? FileKeys { get; init; }

    /// <summary>The requested lifetime of the URLs in hours, 1 to 24. Default: 1.</summary>
    public long? ExpiryHours { get; init; }

    internal override Commitment Commit(AccountId hotkey, long timestamp) => Commitment.FileUrls(Miner, hotkey, timestamp);
}

internal sealed class GetFilePresignedUrlsValidator : OneMinerRequestValidator<GetFilePresignedUrlsCommand>
{
    public GetFilePresignedUrlsValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.FileKeys)
            .Must(keys => keys is { Count: >= 1 and <= GetFilePresignedUrlsCommand.MaxKeys } && !keys.Contains(null))
            .WithMessage($"Send 'file_keys': 1 to {GetFilePresignedUrlsCommand.MaxKeys} keys of files, as a listing returns them.");

        RuleFor(command => command.ExpiryHours)
            .InclusiveBetween(1, GetFilePresignedUrlsCommand.MaxHours)
            .WithMessage(
                $"Send 'expiry_hours' from 1 to {GetFilePresignedUrlsCommand.MaxHours}, or leave it out for "
                    + $"{GetFilePresignedUrlsCommand.DefaultHours}.");
    }
}

/// <summary>Signs a download of each file in the miner's folders, and lists the other keys as invalid.</summary>
internal sealed class GetFilePresignedUrlsHandler(
    Caller caller, FolderLayout layout, FolderOwnerResolver owners, GrantIssuer grants, IObjectStore store, ResponseMemoryLease memory)
    : IRequestHandler<GetFilePresignedUrlsCommand, FilePresignedUrls>
{
    // The memory of one key's entry, besides the key itself.
    private const long MemoryForKey = 256;

    public async Task<FilePresignedUrls> Handle(GetFilePresignedUrlsCommand request, CancellationToken cancellationToken)
    {
        var folders = layout.FoldersOf(owners.Resolve(request, caller.Metagraph));
        var keys = request.FileKeys!;
        await memory.TakeAsync(keys.Sum(key => MemoryForKey + (2L * key!.Length)), cancellationToken);

        var hours = request.ExpiryHours ?? GetFilePresignedUrlsCommand.DefaultHours;
        var grant = await grants.IssueForAsync(TimeSpan.FromHours(hours), cancellationToken);

        var names = new Dictionary<string, ObjectName>(keys.Count, StringComparer.Ordinal);
        var invalid = new List<string>();
        foreach (var key in keys)
        {
            if (ObjectName.TryParse(key, out var name) && folders.Any(folder => folder.Contains(name)))
            {
                names.TryAdd(key, name);
            }
            else
            {
                invalid.Add(key!);
            }
        }

        return new FilePresignedUrls
        {
            ValidatorHotkey = caller.Hotkey,
            MinerHotkey = request.MinerHotkey,
            MinerColdkey = request.MinerColdkey,
            Bucket = store.Info.Bucket,
            ExpiryHours = hours,
            ExpiryTime = grant.Expiry,
            TotalRequestedFiles = keys.Count,
            ValidFilesCount = keys.Count - invalid.Count,
            InvalidFilesCount = invalid.Count,
            SuccessfulUrls = names.Count,
            FileUrls = new LazyDictionary<ObjectName, FileUrl>(names, (key, name) => new FileUrl(
                grant.Signer.SignGet(name, grant.Expiry), key, grant.Seconds, key[(key.LastIndexOf('/') + 1)..])),
            InvalidFiles = invalid,
            CommitmentUsed = request.ProvedText,
            Prefixes = [.. folders.Select(folder => folder.Prefix)],
        };
    }
}
