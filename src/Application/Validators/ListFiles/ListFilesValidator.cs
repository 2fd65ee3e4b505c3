using FluentValidation;
using S3Auth.Application.Files;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.ListFiles;

internal sealed class ListFilesValidator : OneMinerRequestValidator<ListFilesCommand>
{
    public ListFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).IsConfigured(layout, leftOut: "all of them");
    }
}
