namespace S3Auth.Application.Validators;

internal sealed class GetFolderPresignedUrlsValidator : SignedRequestValidator<GetFolderPresignedUrlsCommand>
{
    public GetFolderPresignedUrlsValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}
