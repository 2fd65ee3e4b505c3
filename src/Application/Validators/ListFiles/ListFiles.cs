namespace S3Auth.Application.Validators;

/// <summary>Request of a validator for the files of one miner.</summary>
public sealed record ListFilesCommand : OneMinerRequest, IRequest<FileList>, IFileListRequest
{
    /// <summary>Only the folder of this source. Default: all sources.</summary>
    public Source? Source { get; init; }

    /// <summary>Only files whose keys begin with this. The part after the miner's folder is enough.</summary>
    public string? Prefix { get; init; }

    /// <summary>The maximum number of files in the page, 1 to 1,000. Default: 1,000. A page with long keys has fewer.</summary>
    public long? Limit { get; init; }

    /// <summary>The <c>next_cursor</c> of the previous page. Default: the first page.</summary>
    public string? Cursor { get; init; }
}

internal sealed class ListFilesValidator : OneMinerRequestValidator<ListFilesCommand>
{
    public ListFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all sources");
    }
}

/// <summary>Lists the files in the folders of the requested miner.</summary>
internal sealed class ListFilesHandler(Caller caller, FolderLayout layout, FolderOwnerResolver owners, FilePageReader pages)
    : IRequestHandler<ListFilesCommand, FileList>
{
    public Task<FileList> Handle(ListFilesCommand request, CancellationToken cancellationToken) =>
        pages.ReadAsync(layout.FoldersOf(owners.Resolve(request, caller.Metagraph), request.Source), request, cancellationToken);
}
