namespace S3Auth.Application.Miners;

/// <summary>A miner's request is signed; a commitment names the coldkey.</summary>
internal abstract class MinerRequestValidator<T> : SignedRequestValidator<T>
    where T : MinerRequest
{
    protected MinerRequestValidator(AccessWindow window, TimeProvider time)
        : base(window, time)
    {
        RuleFor(request => request.Coldkey)
            .NotNull().When(request => request.IsProvedByBody)
            .WithMessage("Send 'coldkey': the SS58 address of the coldkey that owns the hotkey.");
    }
}
