using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.GetMinerSpecificAccess;

internal sealed class GetMinerSpecificAccessValidator : OneMinerRequestValidator<GetMinerSpecificAccessCommand>
{
    public GetMinerSpecificAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.Expiry).IsAfterNow(time);
    }
}
