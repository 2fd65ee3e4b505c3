namespace S3Auth.Application.Validators;

internal sealed class GetValidatorAccessValidator : SignedRequestValidator<GetValidatorAccessCommand>
{
    public GetValidatorAccessValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(command => command.Expiry).MustBeAfterNow(time);
    }
}
