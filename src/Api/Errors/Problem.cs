namespace S3Auth.Api.Errors;

/// <summary>An error as RFC 9457 describes it, with this service's own members.</summary>
public sealed record Problem
{
    /// <summary>A name for this kind of problem that never changes; the same as <see cref="Code"/> in the form of a URI.</summary>
    public required string Type { get; init; }

    /// <summary>The kind of problem in words.</summary>
    public required string Title { get; init; }

    /// <summary>The HTTP status.</summary>
    public required int Status { get; init; }

    /// <summary>One plain sentence that says what to do.</summary>
    public required string Detail { get; init; }

    /// <summary>The kind of problem, for programs.</summary>
    public required string Code { get; init; }

    /// <summary>The request's id, as in <c>X-Request-ID</c>.</summary>
    public required string RequestId { get; init; }

    /// <summary>What is wrong with each member of the request; absent when nothing is to be said of one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string[]>? Errors { get; init; }
}
