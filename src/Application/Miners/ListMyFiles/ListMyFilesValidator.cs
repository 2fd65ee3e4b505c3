using FluentValidation;
using S3Auth.Application.Files;
using S3Auth.Domain;

namespace S3Auth.Application.Miners.ListMyFiles;

internal sealed class ListMyFilesValidator : MinerRequestValidator<ListMyFilesCommand>
{
    public ListMyFilesValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        Include(new FileListRules());
        RuleFor(command => command.Source).IsConfigured(layout, leftOut: "all of them");
    }
}
