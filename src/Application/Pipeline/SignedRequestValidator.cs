using FluentValidation.Results;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// The rules of every signed request: it has a complete proof, in the body or in headers, with a timestamp in the access window. If it has
/// several proofs, all are complete and of the same hotkey.
/// </summary>
internal abstract class SignedRequestValidator<T> : AbstractValidator<T>
    where T : SignedRequest
{
    protected SignedRequestValidator(AccessWindow window, TimeProvider time)
    {
        RuleFor(request => request.Hotkey)
            .NotNull().When(request => request.IsProvedByBody)
            .WithMessage("Send 'hotkey': the SS58 address of the hotkey that signs this request.");

        RuleFor(request => request.Signature)
            .NotNull().When(request => request.IsProvedByBody)
            .WithMessage("Send 'signature': the hotkey's sr25519 signature over the commitment, as hex.");

        RuleFor(request => request.Timestamp)
            .NotNull().When(request => request.IsProvedByBody)
            .WithMessage("Send 'timestamp': the Unix time in seconds that the commitment contains.");

        RuleFor(request => request.Hotkey)
            .Must((request, hotkey) => HasOneSigner(request))
            .WithMessage(request =>
                $"Send the same account as {PlacesOfSigners(request)}, or only one of the proofs: all must be from the same hotkey.");

        RuleFor(request => request.Timestamp)
            .Custom((timestamp, context) =>
            {
                if (timestamp is { } moment && Check(moment, window.Check(moment, time.GetUtcNow()), window, time) is { } failure)
                {
                    context.AddFailure(failure);
                }
            });

        RuleForEach(request => request.HeaderProofs)
            .Custom((proof, context) =>
            {
                var check = window.CheckMilliseconds(proof.Timestamp, time.GetUtcNow());
                if (Check(proof.Timestamp, check, window, time, proof.Headers.Timestamp) is { } failure)
                {
                    context.AddFailure(failure);
                }
            });
    }

    // A hotkey in the body counts even without a commitment: a request must not name two accounts.
    private static bool HasOneSigner(T request)
    {
        var signer = request.Hotkey;
        foreach (var proof in request.HeaderProofs)
        {
            signer ??= proof.SignedBy;
            if (proof.SignedBy != signer)
            {
                return false;
            }
        }

        return true;
    }

    private static string PlacesOfSigners(T request) => string.Join(
        " and ",
        request.HeaderProofs.Select(proof => proof.Headers.SignedBy)
            .Concat(request.Hotkey is null ? Array.Empty<string>() : ["'hotkey'"]));

    private static ValidationFailure? Check(
        long timestamp, TimestampCheck check, AccessWindow window, TimeProvider time, string place = "'timestamp'")
    {
        var clock = time.GetUtcNow().ToUnixTimeSeconds();
        return check.Status switch
        {
            TimestampStatus.Valid => null,
            TimestampStatus.Expired => Failure(
                RefusalCode.TimestampExpired,
                $"The timestamp {timestamp} is {check.SecondsOutside} s too old (the limit is {window.MaxAge.TotalSeconds:0} s, and the "
                    + $"server's time is {clock}); "
                    + "sign again with the current Unix time."),
            TimestampStatus.InFuture => Failure(
                RefusalCode.TimestampInFuture,
                $"The timestamp {timestamp} is {check.SecondsOutside} s too far ahead (the limit is {window.MaxAhead.TotalSeconds:0} s, "
                    + $"and the server's time is {clock}); "
                    + "check your clock and sign again."),
            TimestampStatus.InMilliseconds => Failure(
                RefusalCode.TimestampInFuture,
                $"The timestamp {timestamp} looks like milliseconds (the server's time is {clock}); sign again with Unix seconds."),
            TimestampStatus.InSeconds => Failure(
                RefusalCode.TimestampExpired,
                $"The timestamp {timestamp} looks like seconds (the server's time is {clock}); sign again with Unix milliseconds in "
                    + $"{place}."),
            _ => throw new ArgumentOutOfRangeException(nameof(check), check, "This status has no message."),
        };
    }

    private static ValidationFailure Failure(RefusalCode code, string detail) =>
        new(nameof(SignedRequest.Timestamp), detail) { CustomState = code };
}
