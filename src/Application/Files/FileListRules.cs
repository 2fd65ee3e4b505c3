namespace S3Auth.Application.Files;

internal sealed class FileListRules : AbstractValidator<IFileListRequest>
{
    public FileListRules() => RuleFor(request => request.Limit)
        .InclusiveBetween(1, FilePages.MostFiles)
        .WithMessage($"Send 'limit' from 1 to {FilePages.MostFiles}, or leave it out for {FilePages.MostFiles}.");
}
