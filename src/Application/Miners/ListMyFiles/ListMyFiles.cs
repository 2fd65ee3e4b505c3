namespace S3Auth.Application.Miners;

/// <summary>Request of a miner for its own files.</summary>
public sealed record ListMyFilesCommand : MinerRequest, IRequest<FileList>, IFileListRequest
{
    /// <summary>Only the folder of this source. Default: all sources.</summary>
    public Source? Source { get; init; }

    /// <summary>Only files whose keys begin with this. The part after the folder is enough.</summary>
    public string? Prefix { get; init; }

    /// <summary>The maximum number of files in the page, 1 to 1,000. Default: 1,000. A page with long keys has fewer.</summary>
    public long? Limit { get; init; }

    /// <summary>The <c>next_cursor</c> of the previous page. Default: the first page.</summary>
    public string? Cursor { get; init; }
}

internal sealed class ListMyFilesValidator : MinerRequestValidator<ListMyFilesCommand>
{
    public ListMyFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all sources");
    }
}

/// <summary>Lists the files in the caller's folders.</summary>
internal sealed class ListMyFilesHandler(Caller caller, FolderLayout layout, FilePageReader pages)
    : IRequestHandler<ListMyFilesCommand, FileList>
{
    public Task<FileList> Handle(ListMyFilesCommand request, CancellationToken cancellationToken) =>
        pages.ReadAsync(caller.FoldersIn(layout, request.Source), request, cancellationToken);
}
