namespace S3Auth.Application.Miners;

/// <summary>Request of a miner to upload into its own folder.</summary>
public sealed record GetFolderAccessCommand : MinerRequest, IRequest<FolderAccess>
{
    /// <summary>The requested expiry of the grant in Unix seconds. Default: as late as possible.</summary>
    public long? Expiry { get; init; }

    /// <summary>Only the folder of this source. Default: all sources.</summary>
    public Source? Source { get; init; }
}

internal sealed class GetFolderAccessValidator : MinerRequestValidator<GetFolderAccessCommand>
{
    public GetFolderAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all sources");
    }
}

/// <summary>Grants uploads into the caller's folders, and a listing of each.</summary>
internal sealed class GetFolderAccessHandler(
    Caller caller, FolderLayout layout, FileSizeLimits sizes, GrantIssuer grants, IStoreState store)
    : IRequestHandler<GetFolderAccessCommand, FolderAccess>
{
    public async Task<FolderAccess> Handle(GetFolderAccessCommand request, CancellationToken cancellationToken)
    {
        if (store.Current.UploadMethod != UploadMethod.Post)
        {
            throw new RefusedException(
                RefusalCode.FolderUploadUnsupported,
                "This deployment's object store does not accept uploads into a folder; call /get-file-upload-url for each file, and "
                    + "/list-my-files to see the files that exist.");
        }

        var grant = await grants.IssueAsync(request.Expiry, cancellationToken);
        var wanted = caller.FoldersIn(layout, request.Source);

        var granted = new FolderGrant[wanted.Count];
        for (var i = 0; i < granted.Length; i++)
        {
            granted[i] = Sign(wanted[i], grant);
        }

        var first = granted[0];
        return new FolderAccess
        {
            Folder = first.Folder,
            Url = first.Url,
            Fields = first.Fields,
            ListUrl = first.ListUrl,
            Expiry = grant.Expiry,
            ExpirySeconds = grant.Seconds,
            MinBytes = sizes.MinBytes,
            MaxBytes = sizes.MaxSingleBytes,
            Folders = layout.HasSources ? BySource(wanted, granted) : null,
            StructureInfo = StructureInfo.Of(layout),
        };
    }

    private FolderGrant Sign(Folder folder, Grant grant)
    {
        var upload = grant.Signer.SignPost(new UploadPolicy(folder, sizes), grant.Expiry);
        return new FolderGrant(folder.Prefix, upload.Url, upload.Fields, grant.Signer.SignList(new Listing(folder.Prefix), grant.Expiry));
    }

    private static Dictionary<string, FolderGrant> BySource(IReadOnlyList<Folder> folders, FolderGrant[] granted)
    {
        var bySource = new Dictionary<string, FolderGrant>(folders.Count, StringComparer.Ordinal);
        for (var i = 0; i < folders.Count; i++)
        {
            bySource.Add(folders[i].Source!.Value.Name, granted[i]);
        }

        return bySource;
    }
}
