namespace S3Auth.Api.OpenApi;

/// <summary>
/// Names the refusals of an operation, beyond those of every signed request. The OpenAPI document and the counts of answers use it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RefusesAttribute(params RefusalCode[] codes) : Attribute
{
    /// <summary>The refusals of the pipeline, which every signed request can get.</summary>
    private static readonly RefusalCode[] OfEverySignedRequest =
    [
        RefusalCode.InvalidRequest,
        RefusalCode.TimestampExpired,
        RefusalCode.TimestampInFuture,
        RefusalCode.InvalidSignature,
        RefusalCode.WrongAudience,
        RefusalCode.AccessDenied,
        RefusalCode.HotkeyNotRegistered,
        RefusalCode.ReplayedRequest,
        RefusalCode.QuotaExceeded,
        RefusalCode.RateLimited,
        RefusalCode.ServerBusy,
        RefusalCode.LimitsUnavailable,
        RefusalCode.ChainUnavailable,
        RefusalCode.StorageUnavailable,
    ];

    /// <summary>Whether the operation requires a proof. If not, it has only the refusals that are named.</summary>
    public bool IsSigned { get; init; } = true;

    /// <summary>Every refusal of the operation.</summary>
    internal IEnumerable<RefusalCode> Codes => (IsSigned ? OfEverySignedRequest : []).Concat(codes).Distinct().Order();
}
