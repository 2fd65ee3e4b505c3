namespace S3Auth.Infrastructure.Storage;

/// <summary>What a presigned PUT, of an object or of a part of a multipart upload, lets its holder do at the store.</summary>
/// <param name="Uploads">Whether PUTs may be signed.</param>
/// <param name="Barred">How a presigned PUT must name the headers that it forbids.</param>
/// <param name="EnforcesSizes">Whether the store enforces the signed size of a PUT; null if unknown.</param>
/// <param name="Problem">What is wrong and what the operator can do; null if nothing is wrong.</param>
/// <param name="IsTransient">For an unknown result: whether it may change without the operator.</param>
internal sealed record PutFinding(
    PutUploads Uploads,
    BarredHeaders Barred = BarredHeaders.None,
    bool? EnforcesSizes = null,
    string? Problem = null,
    bool IsTransient = false)
{
    /// <summary>Returns the capabilities with this finding about PUTs of objects.</summary>
    internal StoreCapabilities AddTo(StoreCapabilities capabilities) => capabilities with
    {
        PutUploads = Uploads,
        HeaderGuard = Uploads == PutUploads.Safe ? Barred : null,
        PutSizesEnforced = EnforcesSizes,
    };

    /// <summary>Returns the capabilities with this finding about parts.</summary>
    internal StoreCapabilities AddPartsTo(StoreCapabilities capabilities) => capabilities with
    {
        PartUploads = Uploads,
        PartHeaderGuard = Uploads == PutUploads.Safe ? Barred : null,
    };

    /// <summary>There was no test yet.</summary>
    internal static PutFinding NotAsked { get; } = new(PutUploads.Unknown, IsTransient: true);

    /// <summary>The last test is too old.</summary>
    internal static PutFinding TooOld { get; } = NoAnswer(
        "The last test whether uploads by PUT are safe is more than 15 minutes old. The server grants none until a test succeeds.");

    /// <summary>The store gave no conclusive answer.</summary>
    internal static PutFinding NoAnswer(string problem) => new(PutUploads.Unknown, Problem: problem, IsTransient: true);

    /// <summary>The result stays unknown until the operator changes something.</summary>
    internal static PutFinding Unclear(string problem) => new(PutUploads.Unknown, Problem: problem);
}
