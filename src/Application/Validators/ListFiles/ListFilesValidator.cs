namespace S3Auth.Application.Validators;

internal sealed class ListFilesValidator : OneMinerRequestValidator<ListFilesCommand>
{
    public ListFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all of them");
    }
}
