using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.GetFolderPresignedUrls;

internal sealed class GetFolderPresignedUrlsValidator : AbstractValidator<GetFolderPresignedUrlsCommand>
{
    public GetFolderPresignedUrlsValidator(AccessWindow window, TimeProvider time)
    {
        Include(new SignedRequestRules(window, time));
        RuleFor(command => command.Expiry).IsAfterNow(time);
    }
}
