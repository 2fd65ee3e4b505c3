namespace S3Auth.Application.Validators;

internal sealed class GetMinerSpecificAccessValidator : OneMinerRequestValidator<GetMinerSpecificAccessCommand>
{
    public GetMinerSpecificAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time, layout)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}
