using FluentValidation;
using S3Auth.Application.Grants;
using S3Auth.Application.Pipeline;
using S3Auth.Domain;

namespace S3Auth.Application.Validators.GetValidatorAccess;

internal sealed class GetValidatorAccessValidator : SignedRequestValidator<GetValidatorAccessCommand>
{
    public GetValidatorAccessValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).IsAfterNow(time);
    }
}
