namespace S3Auth.Api.OpenApi;

/// <summary>
/// Tells which refusals an operation has, beyond those that every signed request has: for the OpenAPI document, and for what counts answers
/// to signed requests.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RefusesAttribute(params RefusalCode[] codes) : Attribute
{
    /// <summary>What the pipeline may answer to any signed request.</summary>
    private static readonly RefusalCode[] OfEverySignedRequest =
    [
        RefusalCode.InvalidRequest,
        RefusalCode.TimestampExpired,
        RefusalCode.TimestampInFuture,
        RefusalCode.InvalidSignature,
        RefusalCode.WrongAudience,
        RefusalCode.HotkeyNotRegistered,
        RefusalCode.ReplayedRequest,
        RefusalCode.QuotaExceeded,
        RefusalCode.RateLimited,
        RefusalCode.ServerBusy,
        RefusalCode.LimitsUnavailable,
        RefusalCode.ChainUnavailable,
        RefusalCode.StorageUnavailable,
    ];

    /// <summary>Whether it wants a proof; else anyone may ask, and the refusals are just those that are named.</summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>Every refusal of the operation.</summary>
    internal IEnumerable<RefusalCode> Codes => (IsSigned ? OfEverySignedRequest : []).Concat(codes).Distinct().Order();
}
