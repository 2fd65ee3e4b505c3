namespace S3Auth.DevelopmentStore;

/// <summary>
/// How the store behaves where S3 implementations differ. The defaults are those of AWS. No other code asks which store this is.
/// The table in the README explains the properties.
/// </summary>
public sealed record StoreBehaviour
{
    private StoreBehaviour()
    {
    }

    /// <summary>As AWS.</summary>
    public static StoreBehaviour Aws { get; } = new();

    /// <summary>As Cloudflare R2.</summary>
    public static StoreBehaviour R2 { get; } = new()
    {
        Name = "r2",
        Region = "auto",
        RegionAliases = ["us-east-1"],
        TakesForms = false,
        NeedsEqualParts = true,
    };

    /// <summary>As the Ceph gateway 16.2.</summary>
    public static StoreBehaviour Ceph { get; } = new()
    {
        Name = "ceph",
        ChecksRegion = false,
        HonoursUnsignedHeaders = true,
        OmitsMissingSignedHeaders = true,
        ReadsUnderscoresAsHyphens = true,
        HasConditionalCompletions = false,
        NeedsAllParts = true,
        HasChecksums = false,
        HasPlainTokens = true,
    };

    /// <summary>All behaviours.</summary>
    public static IReadOnlyList<StoreBehaviour> All { get; } = [Aws, R2, Ceph];

    /// <summary>The word for this behaviour in settings.</summary>
    public string Name { get; private init; } = "aws";

    /// <summary>The region of the bucket, unless <see cref="EmbeddedStoreOptions.Region"/> names another.</summary>
    public string Region { get; private init; } = "us-east-2";

    /// <summary>Further regions that a signature may name.</summary>
    internal IReadOnlyList<string> RegionAliases { get; private init; } = [];

    /// <summary>Whether a signature with another region is refused.</summary>
    internal bool ChecksRegion { get; private init; } = true;

    /// <summary>Whether the store takes upload forms (POST Object).</summary>
    internal bool TakesForms { get; private init; } = true;

    /// <summary>Whether the store honours <c>x-amz-…</c> headers that are not signed, instead of refusing the request.</summary>
    internal bool HonoursUnsignedHeaders { get; private init; }

    /// <summary>Whether a signed header that is missing is omitted from the canonical request, instead of counting as empty.</summary>
    internal bool OmitsMissingSignedHeaders { get; private init; }

    /// <summary>Whether <c>x_amz_…</c> in the name of a header is read as <c>x-amz-…</c>.</summary>
    internal bool ReadsUnderscoresAsHyphens { get; private init; }

    /// <summary>
    /// Whether the completion of a multipart upload honours <c>If-None-Match</c> and <c>If-Match</c>, as a PUT does, instead of ignoring
    /// them.
    /// </summary>
    internal bool HasConditionalCompletions { get; private init; } = true;

    /// <summary>Whether the store verifies, keeps and returns <c>x-amz-checksum-…</c>, instead of ignoring it.</summary>
    internal bool HasChecksums { get; private init; } = true;

    /// <summary>Whether all parts of a multipart upload except the last must have the same size.</summary>
    internal bool NeedsEqualParts { get; private init; }

    /// <summary>Whether the completion of a multipart upload must name all parts that were uploaded.</summary>
    internal bool NeedsAllParts { get; private init; }

    /// <summary>Whether a continuation token is the last key or common prefix itself, instead of an opaque text.</summary>
    internal bool HasPlainTokens { get; private init; }

    /// <summary>Whether a signature may name a region.</summary>
    internal bool AcceptsRegion(string region, string own) =>
        !ChecksRegion || string.Equals(region, own, StringComparison.Ordinal) || RegionAliases.Contains(region, StringComparer.Ordinal);
}
