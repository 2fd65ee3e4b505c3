using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.GetFolderPresignedUrls;

internal sealed class GetFolderPresignedUrlsValidator : SignedRequestValidator<GetFolderPresignedUrlsCommand>
{
    public GetFolderPresignedUrlsValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).IsAfterNow(time);
    }
}
