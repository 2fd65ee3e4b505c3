namespace S3Auth.Application.Files;

internal sealed class FileListRules : AbstractValidator<IFileListRequest>
{
    public FileListRules() => RuleFor(request => request.Limit)
        .InclusiveBetween(1, FilePageReader.MaxFiles)
        .WithMessage($"Send 'limit' from 1 to {FilePageReader.MaxFiles}, or leave it out for {FilePageReader.MaxFiles}.");
}
