namespace S3Auth.Application.Miners;

internal sealed class GetFolderAccessValidator : MinerRequestValidator<GetFolderAccessCommand>
{
    public GetFolderAccessValidator(AccessWindow window, TimeProvider time, FolderLayout layout)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
        RuleFor(command => command.Source).MustBeConfigured(layout, leftOut: "all of them");
    }
}
