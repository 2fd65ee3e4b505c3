using System.Collections.ObjectModel;

namespace S3Auth.Client;

/// <summary>The service refused a request. The message is its own sentence: what to do.</summary>
public sealed class RefusedException : Exception
{
    private static readonly ReadOnlyDictionary<string, IReadOnlyList<string>> NoErrors = new(new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal));

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

    /// <summary>The reason, for programs: <c>hotkey_not_registered</c>, <c>quota_exceeded</c>, …; the OpenAPI document has all of them.</summary>
    public string Code { get; }

    /// <summary>The status of the answer.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>What the server's log knows the request by.</summary>
    public string? RequestId { get; }

    /// <summary>What is wrong with each member of the request; empty where it is not about members.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Errors { get; }

    /// <summary>How long to wait before asking again, where the server said it.</summary>
    public TimeSpan? RetryAfter { get; }
}
