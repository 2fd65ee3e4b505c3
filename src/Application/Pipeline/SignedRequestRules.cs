using System.Globalization;
using FluentValidation;
using FluentValidation.Results;
using S3Auth.Application.Refusals;
using S3Auth.Domain;

namespace S3Auth.Application.Pipeline;

/// <summary>What every signed request must have: a hotkey, a signature, and a moment within the access window.</summary>
internal sealed class SignedRequestRules : AbstractValidator<ISignedRequest>
{
    public SignedRequestRules(AccessWindow window, TimeProvider time)
    {
        RuleFor(request => request.Hotkey)
            .NotNull().WithMessage("Send 'hotkey': the SS58 address of the hotkey that signs this request.");

        RuleFor(request => request.Signature)
            .NotNull().WithMessage("Send 'signature': the hotkey's sr25519 signature over the commitment, as hex.");

        RuleFor(request => request.Timestamp)
            .NotNull().WithMessage("Send 'timestamp': the Unix time in seconds that stands in the commitment.")
            .Custom((timestamp, context) =>
            {
                if (timestamp is { } moment && Judge(moment, window, time.GetUtcNow()) is { } failure)
                {
                    context.AddFailure(failure);
                }
            });
    }

    private static ValidationFailure? Judge(long timestamp, AccessWindow window, DateTimeOffset now)
    {
        var freshness = window.Judge(timestamp, now);
        var clock = now.ToUnixTimeSeconds();

        return freshness.Verdict switch
        {
            FreshnessVerdict.Expired => Failure(
                RefusalCode.TimestampExpired,
                $"The timestamp {timestamp} is {freshness.SecondsOutside} s past the allowed {window.Back.TotalSeconds:0} s; this server's time is {clock}: sign again with the current Unix time."),
            FreshnessVerdict.InFuture => Failure(
                RefusalCode.TimestampInFuture,
                $"The timestamp {timestamp} is {freshness.SecondsOutside} s beyond the allowed {window.Ahead.TotalSeconds:0} s ahead; this server's time is {clock}: check your clock and sign again."),
            FreshnessVerdict.InMilliseconds => Failure(
                RefusalCode.TimestampInFuture,
                $"The timestamp {timestamp} looks like milliseconds; this server's time is {clock}: sign again with Unix seconds."),
            _ => null,
        };
    }

    private static ValidationFailure Failure(RefusalCode code, FormattableString detail) =>
        new(nameof(ISignedRequest.Timestamp), detail.ToString(CultureInfo.InvariantCulture)) { CustomState = code };
}
