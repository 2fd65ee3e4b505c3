namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether pages of the configured origins can use the bucket from a browser. Sends the preflight request that a browser sends before an
/// upload.
/// </summary>
/// <param name="origins">The origins of <c>CORS_ORIGINS</c>; empty if no page needs the bucket.</param>
internal sealed class CorsCheck(IReadOnlyList<string> origins) : IStoreCheck
{
    // Nobody has this origin, so a store that allows it allows all origins.
    private const string AnyOrigin = "https://s3auth-doctor.invalid";

    public string Name => "cors";

    public bool IsAtClients => true;

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        if (origins.Count == 0)
        {
            return new StoreCheck(Name, StoreCheckResult.Ok, "CORS_ORIGINS is not set, so no web page needs the bucket.");
        }

        var refused = new List<string>();
        foreach (var origin in origins)
        {
            if (!await AllowsAsync(exam, origin == "*" ? AnyOrigin : origin, cancellationToken))
            {
                refused.Add(origin == "*" ? "all origins" : origin);
            }
        }

        return refused.Count == 0
            ? new StoreCheck(Name, StoreCheckResult.Ok, $"Pages of {string.Join(", ", origins)} may use the bucket from a browser.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The bucket does not allow requests from pages of {string.Join(", ", refused)}, which CORS_ORIGINS lists: browsers cannot "
                    + "upload or download there.",
                "Add the CORS rules of docs/stores.md to the bucket.");
    }

    private static async Task<bool> AllowsAsync(StoreExam exam, string origin, CancellationToken cancellationToken)
    {
        var answer = exam.Capabilities.PostForms is false
            ? await exam.AskForPutAsync(origin, cancellationToken)
            : await exam.SendUnsignedAsync(
                HttpMethod.Options, "", [$"Origin: {origin}", "Access-Control-Request-Method: POST"], cancellationToken);
        return answer.IsSuccess && answer.Header("Access-Control-Allow-Origin") is { } allowed && (allowed == "*" || allowed == origin);
    }
}
