using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.GetValidatorAccess;

internal sealed class GetValidatorAccessValidator : AbstractValidator<GetValidatorAccessCommand>
{
    public GetValidatorAccessValidator(AccessWindow window, TimeProvider time)
    {
        Include(new SignedRequestRules(window, time));
        RuleFor(command => command.Expiry).IsAfterNow(time);
    }
}
