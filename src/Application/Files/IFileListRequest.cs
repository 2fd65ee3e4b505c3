namespace S3Auth.Application.Files;

/// <summary>The members of a request for a file list.</summary>
internal interface IFileListRequest
{
    /// <summary>The prefix of the keys; null for all files.</summary>
    string? Prefix { get; }

    /// <summary>The maximum number of files in a page; null for the default.</summary>
    long? Limit { get; }

    /// <summary>The cursor of an earlier page; null for the first page.</summary>
    string? Cursor { get; }
}

internal sealed class FileListRules : AbstractValidator<IFileListRequest>
{
    public FileListRules() => RuleFor(request => request.Limit)
        .InclusiveBetween(1, FilePageReader.MaxFiles)
        .WithMessage($"Send 'limit' from 1 to {FilePageReader.MaxFiles}, or leave it out for {FilePageReader.MaxFiles}.");
}
