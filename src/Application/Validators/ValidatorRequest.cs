namespace S3Auth.Application.Validators;

/// <summary>Request of a validator.</summary>
public abstract record ValidatorRequest : SignedRequest
{
    internal override Role NeededRole => Role.Validator;
}
