namespace S3Auth.Application.Miners;

/// <summary>The rules of every miner's request: those of a signed request, and a coldkey if it has a commitment.</summary>
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
