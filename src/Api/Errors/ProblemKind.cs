namespace S3Auth.Api.Errors;

/// <summary>
/// Kind of problem as clients see it: one for each <see cref="Refusal"/>, and those of the HTTP server itself.
/// </summary>
/// <param name="Code">The code for programs.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">What happened, in a few words.</param>
internal sealed record ProblemKind(string Code, int Status, string Title)
{
    internal static readonly ProblemKind NotFound =
        new("not_found", StatusCodes.Status404NotFound, "This path does not exist");
    internal static readonly ProblemKind Unauthorized =
        new("unauthorized", StatusCodes.Status401Unauthorized, "This path requires a token");
    internal static readonly ProblemKind MethodNotAllowed =
        new("method_not_allowed", StatusCodes.Status405MethodNotAllowed, "This path does not allow the method");
    internal static readonly ProblemKind TooLarge =
        new("request_too_large", StatusCodes.Status413PayloadTooLarge, "The request is too large");
    internal static readonly ProblemKind Timeout =
        new("request_timeout", StatusCodes.Status408RequestTimeout, "The request took too long to arrive");
    internal static readonly ProblemKind Internal =
        new("internal_error", StatusCodes.Status500InternalServerError, "The server failed");

    private static readonly ProblemKind[] Refusals =
        [.. Refusal.All.Select(refusal => new ProblemKind(refusal.Name, refusal.Status, refusal.Title))];

    /// <summary>Every kind.</summary>
    internal static IEnumerable<ProblemKind> All => [.. Refusals, NotFound, Unauthorized, MethodNotAllowed, TooLarge, Timeout, Internal];

    /// <summary>Returns the kind of a refusal.</summary>
    internal static ProblemKind Of(RefusalCode code) => Refusals[(int)code];

    /// <summary>Returns one problem of this kind, as it is answered.</summary>
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
}
