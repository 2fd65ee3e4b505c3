namespace S3Auth.Application.Validators;

/// <summary>A validator asks what is in one miner's folders.</summary>
public sealed record ListFilesCommand : OneMinerRequest, IRequest<FileList>, IFileListRequest
{
    /// <summary>Only this source's folder; all of them when left out.</summary>
    public Source? Source { get; init; }

    /// <summary>Only files whose keys begin with this; what follows the miner's folder is enough.</summary>
    public string? Prefix { get; init; }

    /// <summary>How many files in one page at most, 1 to 1,000; 1,000 when left out. A page of long keys has fewer.</summary>
    public long? Limit { get; init; }

    /// <summary>The <c>next_cursor</c> of an earlier page.</summary>
    public string? Cursor { get; init; }
}

/// <summary>Lists the folders of the miner that is named, and no other.</summary>
internal sealed class ListFilesHandler(Caller caller, FolderLayout layout, MinerFolderOwner owners, FilePages pages)
    : IRequestHandler<ListFilesCommand, FileList>
{
    public Task<FileList> Handle(ListFilesCommand request, CancellationToken cancellationToken) =>
        pages.ReadAsync(layout.FoldersOf(owners.Of(request, caller.Metagraph), request.Source), request, cancellationToken);
}
