using S3Auth.Application.Refusals;

namespace S3Auth.Api.OpenApi;

/// <summary>
/// Tells the OpenAPI document which refusals an operation has beyond those that every signed request has.
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
        RefusalCode.HotkeyNotRegistered,
        RefusalCode.ReplayedRequest,
        RefusalCode.QuotaExceeded,
        RefusalCode.RateLimited,
        RefusalCode.ServerBusy,
        RefusalCode.LimitsUnavailable,
        RefusalCode.ChainUnavailable,
        RefusalCode.StorageUnavailable,
    ];

    /// <summary>Every refusal of the operation.</summary>
    internal IEnumerable<RefusalCode> Codes => OfEverySignedRequest.Concat(codes).Distinct().Order();
}
