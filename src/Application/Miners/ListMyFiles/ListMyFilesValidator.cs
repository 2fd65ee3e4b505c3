namespace S3Auth.Application.Miners;

internal sealed class ListMyFilesValidator : MinerRequestValidator<ListMyFilesCommand>
{
    public ListMyFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all of them");
    }
}
