using FluentValidation.Results;

namespace S3Auth.Application.Pipeline;

/// <summary>
/// The rules of every signed request: it has a complete proof, in the body or in headers, with a timestamp in the access window. If it has
/// several proofs, all are complete and of the same hotkey.
/// </summary>
internal abstract class SignedRequestValidator<T> : AbstractValidator<T>
    where T : SignedRequest
{
    // One rule for all of these checks, because each rule costs more than the checks themselves.
    protected SignedRequestValidator(AccessWindow window, TimeProvider time) =>
        RuleFor(request => request).Custom((request, context) => Check(request, context, window, time.GetUtcNow()));

    private static void Check(T request, ValidationContext<T> context, AccessWindow window, DateTimeOffset now)
    {
        if (request.IsProvedByBody)
        {
            Require(
                request.Hotkey, context, nameof(request.Hotkey), "Send 'hotkey': the SS58 address of the hotkey that signs this request.");
            Require(
                request.Signature,
                context,
                nameof(request.Signature),
                "Send 'signature': the hotkey's sr25519 signature over the commitment, as hex.");
            Require(
                request.Timestamp,
                context,
                nameof(request.Timestamp),
                "Send 'timestamp': the Unix time in seconds that the commitment contains.");
        }

        if (!HasOneSigner(request))
        {
            context.AddFailure(
                nameof(request.Hotkey),
                $"Send the same account as {PlacesOfSigners(request)}, or only one of the proofs: all must be from the same hotkey.");
        }

        if (request.Timestamp is { } moment)
        {
            CheckTime(context, moment, window.Check(moment, now), window, now);
        }

        foreach (var proof in request.HeaderProofs)
        {
            CheckTime(
                context, proof.Timestamp, window.CheckMilliseconds(proof.Timestamp, now), window, now, proof.Headers.Timestamp);
        }
    }

    private static void Require<TMember>(TMember? member, ValidationContext<T> context, string name, string detail)
        where TMember : struct
    {
        if (member is null)
        {
            context.AddFailure(name, detail);
        }
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

    private static void CheckTime(
        ValidationContext<T> context,
        long timestamp,
        TimestampCheck check,
        AccessWindow window,
        DateTimeOffset now,
        string place = "'timestamp'")
    {
        var clock = now.ToUnixTimeSeconds();
        switch (check.Status)
        {
            case TimestampStatus.Valid:
                break;
            case TimestampStatus.Expired:
                Fail(
                    RefusalCode.TimestampExpired,
                    $"The timestamp {timestamp} is {check.SecondsOutside} s too old (the limit is {window.MaxAge.TotalSeconds:0} s, and "
                        + $"the server's time is {clock}); sign again with the current Unix time.");
                break;
            case TimestampStatus.InFuture:
                Fail(
                    RefusalCode.TimestampInFuture,
                    $"The timestamp {timestamp} is {check.SecondsOutside} s too far ahead (the limit is "
                        + $"{window.MaxAhead.TotalSeconds:0} s, and the server's time is {clock}); check your clock and sign again.");
                break;
            case TimestampStatus.InMilliseconds:
                Fail(
                    RefusalCode.TimestampInFuture,
                    $"The timestamp {timestamp} looks like milliseconds (the server's time is {clock}); sign again with Unix seconds.");
                break;
            case TimestampStatus.InSeconds:
                Fail(
                    RefusalCode.TimestampExpired,
                    $"The timestamp {timestamp} looks like seconds (the server's time is {clock}); sign again with Unix milliseconds in "
                        + $"{place}.");
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(check), check, "This status has no message.");
        }

        void Fail(RefusalCode code, string detail) =>
            context.AddFailure(new ValidationFailure(nameof(SignedRequest.Timestamp), detail) { CustomState = code });
    }
}
