namespace S3Auth.Api.Errors;

/// <summary>A kind of problem as clients see it. The one place where refusals get their code, status and title.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">In words.</param>
internal sealed record ProblemKind(string Code, int Status, string Title)
{
    internal static readonly ProblemKind NotFound = new("not_found", StatusCodes.Status404NotFound, "There is nothing at this path");
    internal static readonly ProblemKind Unauthorized = new("unauthorized", StatusCodes.Status401Unauthorized, "This path wants a token");
    internal static readonly ProblemKind MethodNotAllowed = new("method_not_allowed", StatusCodes.Status405MethodNotAllowed, "This path takes another method");
    internal static readonly ProblemKind TooLarge = new("request_too_large", StatusCodes.Status413PayloadTooLarge, "The request is too large");
    internal static readonly ProblemKind BadRequest = Of(RefusalCode.InvalidRequest);
    internal static readonly ProblemKind Timeout = new("request_timeout", StatusCodes.Status408RequestTimeout, "The request took too long to arrive");
    internal static readonly ProblemKind Internal = new("internal_error", StatusCodes.Status500InternalServerError, "Something went wrong here");

    /// <summary>Every kind.</summary>
    internal static IEnumerable<ProblemKind> All =>
        Enum.GetValues<RefusalCode>().Select(Of).Concat([NotFound, Unauthorized, MethodNotAllowed, TooLarge, Timeout, Internal]);

    /// <summary>One problem of this kind, as it is answered.</summary>
    internal Problem With(string detail, string requestId, IReadOnlyDictionary<string, string[]>? errors) => new()
    {
        Type = $"urn:s3auth:problem:{Code}",
        Title = Title,
        Status = Status,
        Detail = detail,
        Code = Code,
        RequestId = requestId,
        Errors = errors is { Count: > 0 } ? errors : null,
    };

    internal static ProblemKind Of(RefusalCode code) => code switch
    {
        RefusalCode.InvalidRequest => new("invalid_request", 400, "The request is malformed"),
        RefusalCode.TimestampExpired => new("timestamp_expired", 400, "The timestamp is too old"),
        RefusalCode.TimestampInFuture => new("timestamp_in_future", 400, "The timestamp is too far ahead"),
        RefusalCode.ExpiryInPast => new("expiry_in_past", 400, "The requested expiry is not after now"),
        RefusalCode.InvalidSignature => new("invalid_signature", 401, "The signature does not verify"),
        RefusalCode.WrongAudience => new("wrong_audience", 401, "The proof is meant for another server"),
        RefusalCode.HotkeyNotRegistered => new("hotkey_not_registered", 403, "The hotkey is not registered"),
        RefusalCode.ColdkeyMismatch => new("coldkey_mismatch", 403, "Another coldkey owns the hotkey"),
        RefusalCode.NotAValidator => new("not_a_validator", 403, "The hotkey is no validator"),
        RefusalCode.MinerNotFound => new("miner_not_found", 404, "There is no such miner"),
        RefusalCode.InvalidLink => new("invalid_link", 403, "The link has ended or is not this server's"),
        RefusalCode.ReplayedRequest => new("replayed_request", 409, "The proof was used before"),
        RefusalCode.FileExists => new("file_exists", 409, "The file is there already"),
        RefusalCode.FolderUploadUnsupported => new("folder_upload_unsupported", 409, "The object store takes no uploads into a folder"),
        RefusalCode.QuotaExceeded => new("quota_exceeded", 429, "Today's grants are used up"),
        RefusalCode.RateLimited => new("rate_limited", 429, "Too many requests within a short time"),
        RefusalCode.ServerBusy => new("server_busy", 503, "The server is busy"),
        RefusalCode.LimitsUnavailable => new("limits_unavailable", 503, "Whether the request is within its limits cannot be told now"),
        RefusalCode.ChainUnavailable => new("chain_unavailable", 503, "The chain's answer is missing or too old"),
        RefusalCode.StorageUnavailable => new("storage_unavailable", 503, "The object store cannot be used now"),
        RefusalCode.StorageTimeout => new("storage_timeout", 504, "The object store did not answer in time"),
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, "A refusal without a kind."),
    };
}
