namespace S3Auth.Api.Errors;

/// <summary>Error as RFC 9457 defines it, with two members of this service: `code` and `request_id`.</summary>
public sealed record Problem
{
    /// <summary>URI of this kind of problem: <c>urn:s3auth:problem:</c> and the code.</summary>
    public required string Type { get; init; }

    /// <summary>What happened, in a few words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>What happened and what to do, for people.</summary>
    public required string Detail { get; init; }

    /// <summary>The kind of problem, for programs. It never changes.</summary>
    public required string Code { get; init; }

    /// <summary>The request's id, as in <c>X-Request-ID</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>The errors of each member of the request. Absent if no single member is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
