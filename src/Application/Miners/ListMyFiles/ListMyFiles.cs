namespace S3Auth.Application.Miners;

/// <summary>A miner asks what is in its own folders.</summary>
public sealed record ListMyFilesCommand : MinerRequest, IRequest<FileList>, IFileListRequest
{
    /// <summary>Only this source's folder; all of them when left out.</summary>
    public Source? Source { get; init; }

    /// <summary>Only files whose keys begin with this; what follows the folder is enough.</summary>
    public string? Prefix { get; init; }

    /// <summary>How many files in one page at most, 1 to 1,000; 1,000 when left out. A page of long keys has fewer.</summary>
    public long? Limit { get; init; }

    /// <summary>The <c>next_cursor</c> of an earlier page.</summary>
    public string? Cursor { get; init; }
}

/// <summary>Lists the folders of the miner that was proved, and no other.</summary>
internal sealed class ListMyFilesHandler(Caller caller, FolderLayout layout, FilePages pages) : IRequestHandler<ListMyFilesCommand, FileList>
{
    public Task<FileList> Handle(ListMyFilesCommand request, CancellationToken cancellationToken) =>
        pages.ReadAsync(layout.FoldersOf(layout.FolderOwnerOf(caller.Neuron), request.Source), request, cancellationToken);
}
