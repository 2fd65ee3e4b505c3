using System.Collections.ObjectModel;

namespace S3Auth.Client;

/// <summary>The server refused a request. The message is the server's <c>detail</c>: what happened and what to do.</summary>
public sealed class RefusedException : Exception
{
    private static readonly ReadOnlyDictionary<string, IReadOnlyList<string>> NoErrors = new(
        new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));

    public RefusedException(
        string code,
        HttpStatusCode status,
        string detail,
        string? requestId = null,
        IReadOnlyDictionary<string, IReadOnlyList<string>>? errors = null,
        TimeSpan? retryAfter = null)
        : base(detail)
    {
        Code = code;
        Status = status;
        RequestId = requestId;
        Errors = errors ?? NoErrors;
        RetryAfter = retryAfter;
    }

    /// <summary>
    /// The reason, for programs, such as <c>hotkey_not_registered</c> or <c>quota_exceeded</c>. The OpenAPI document lists all codes.
    /// </summary>
    public string Code { get; }

    /// <summary>The HTTP status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>The id of the request in the server's log.</summary>
    public string? RequestId { get; }

    /// <summary>The problems of each member of the request; empty if the refusal is not about members.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; }

    /// <summary>How long to wait before a retry; null if the server did not say.</summary>
    public TimeSpan? RetryAfter { get; }
}
