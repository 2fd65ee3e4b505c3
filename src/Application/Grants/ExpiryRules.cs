using FluentValidation.Results;

namespace S3Auth.Application.Grants;

/// <summary>A requested expiry must be in the future. If it is too far in the future, the grant ends earlier.</summary>
internal static class ExpiryRules
{
    internal static void MustBeAfterNow<T>(this IRuleBuilder<T, long?> rule, TimeProvider time) =>
        rule.Custom((expiry, context) =>
        {
            var now = time.GetUtcNow();
            if (expiry <= now.ToUnixTimeSeconds())
            {
                context.AddFailure(
                    new ValidationFailure(context.PropertyPath, InPastDetail(now)) { CustomState = RefusalCode.ExpiryInPast });
            }
        });

    internal static RefusedException InPast(DateTimeOffset now) => new(RefusalCode.ExpiryInPast, InPastDetail(now));

    private static string InPastDetail(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"The requested expiry is not after the server's time {now.ToUnixTimeSeconds()}; send a later one in Unix seconds, or leave it "
            + $"out for the longest grant.");
}
