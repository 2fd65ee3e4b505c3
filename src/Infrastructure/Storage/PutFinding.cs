namespace S3Auth.Infrastructure.Storage;

/// <summary>What a presigned PUT lets its holder do at the store.</summary>
/// <param name="Uploads">Whether PUTs may be signed.</param>
/// <param name="Barred">How a PUT must name the headers that it does not allow.</param>
/// <param name="EnforcesSizes">Whether the store enforces the signed size of a PUT; null if that is not known.</param>
/// <param name="Problem">What is wrong and what the operator can do; null when nothing is.</param>
/// <param name="MayPass">For an unknown answer: whether it may soon change without the operator.</param>
internal sealed record PutFinding(
    PutUploads Uploads, BarredHeaders Barred = BarredHeaders.None, bool? EnforcesSizes = null, string? Problem = null, bool MayPass = false)
{
    /// <summary>The store was not asked yet.</summary>
    internal static PutFinding NotAsked { get; } = new(PutUploads.Unknown, MayPass: true);

    /// <summary>The last test is too long ago to count.</summary>
    internal static PutFinding TooOld { get; } = NoAnswer(
        "The last test whether uploads by PUT are safe is more than 15 minutes old. The server grants none until a test succeeds.");

    /// <summary>The store gave no answer that says anything.</summary>
    internal static PutFinding NoAnswer(string problem) => new(PutUploads.Unknown, Problem: problem, MayPass: true);

    /// <summary>The store's answer stays unclear until the operator does something.</summary>
    internal static PutFinding Unclear(string problem) => new(PutUploads.Unknown, Problem: problem);
}
