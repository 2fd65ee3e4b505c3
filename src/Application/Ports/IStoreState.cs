namespace S3Auth.Application.Ports;

/// <summary>The findings of the background checks of the object store. Reading them never waits.</summary>
public interface IStoreState
{
    /// <summary>The findings of the last check.</summary>
    StoreFindings Current { get; }
}

/// <summary>
/// The findings of a check of the object store. Each problem is one or two sentences that say what happened and what the operator can do,
/// without a secret, a signature or an internal host.
/// </summary>
public sealed record StoreFindings
{
    /// <summary>The findings before the first check.</summary>
    public static StoreFindings None { get; } = new();

    /// <summary>
    /// Why the store refuses this server (wrong region, keys, bucket or clock, or a missing permission) and what to set; null if it does
    /// not refuse, or does not answer.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>Whether the refusal means that no signature of this server works, so that it signs nothing.</summary>
    public bool RefusesSignatures { get; init; }

    /// <summary>Whether presigned requests work at the public endpoint; null if there is none, or before the first check.</summary>
    public bool? PublicEndpointOk { get; init; }

    /// <summary>Why presigned requests do not work at the public endpoint; null if they do.</summary>
    public string? PublicEndpointProblem { get; init; }

    /// <summary>How clients upload: as the operator configured, or as the store's capabilities allow.</summary>
    public UploadMethod UploadMethod { get; init; }

    /// <summary>If clients upload by form: why the server grants none, or what is wrong with them; null if there is no problem.</summary>
    public string? FormProblem { get; init; }

    /// <summary>If clients upload by PUT: why the server grants none, or what is wrong with them; null if there is no problem.</summary>
    public string? PutProblem { get; init; }

    /// <summary>
    /// Why the server issues no temporary credentials, or only shorter ones, although they are on; null if there is no problem, or if they
    /// are off.
    /// </summary>
    public string? SessionProblem { get; init; }

    /// <summary>What the store can do.</summary>
    public StoreCapabilities Capabilities { get; init; } = new();

    /// <summary>The lines of the last complete report; empty before the first one.</summary>
    public IReadOnlyList<StoreCheck> Checks { get; init; } = [];

    /// <summary>Why the last check ended without a result because of a failure of this server; null if it had a result.</summary>
    public string? CheckProblem { get; init; }

    /// <summary>When the last check with a result ended; null before the first one.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

/// <summary>
/// What a store can do, as tests of the store show. Null means unknown. No other code distinguishes one store from another.
/// </summary>
public sealed record StoreCapabilities
{
    /// <summary>Whether the store accepts POST forms and enforces their policies.</summary>
    public bool? PostForms { get; init; }

    /// <summary>What a presigned PUT lets its holder do.</summary>
    public PutUploads PutUploads { get; init; }

    /// <summary>How a presigned PUT forbids unsigned headers; null if that is unknown or impossible.</summary>
    public BarredHeaders? HeaderGuard { get; init; }

    /// <summary>What a presigned PUT of a part of a multipart upload lets its holder do.</summary>
    public PutUploads PartUploads { get; init; }

    /// <summary>How a presigned PUT of a part forbids unsigned headers; null if that is unknown or impossible.</summary>
    public BarredHeaders? PartHeaderGuard { get; init; }

    /// <summary>Whether the store enforces the signed size of a PUT.</summary>
    public bool? PutSizesEnforced { get; init; }

    /// <summary>Whether the store needs the length of a PUT in advance.</summary>
    public bool? LengthRequired { get; init; }

    /// <summary>What the store does with <c>If-None-Match: *</c> on a PUT.</summary>
    public ConditionalWrites ConditionalWrites { get; init; }

    /// <summary>What the store does with <c>If-None-Match: *</c> at the completion of a multipart upload.</summary>
    public ConditionalWrites ConditionalCompletion { get; init; }

    /// <summary>Whether the store verifies <c>x-amz-checksum-sha256</c>.</summary>
    public bool? Checksums { get; init; }

    /// <summary>Whether the store verifies a signed <c>x-amz-content-sha256</c>.</summary>
    public bool? PayloadHashes { get; init; }

    /// <summary>Whether the store has multipart uploads.</summary>
    public bool? Multipart { get; init; }

    /// <summary>Whether the ETag of an object is its MD5.</summary>
    public bool? ETagsAreMd5 { get; init; }

    /// <summary>Whether the store issues temporary credentials (STS AssumeRole).</summary>
    public bool? TemporaryCredentials { get; init; }

    /// <summary>Whether the store enforces the policies of sessions. Null if the server issues none, or before the first test.</summary>
    public bool? SessionPolicies { get; init; }

    /// <summary>Whether a PUT can be signed so that the store refuses to overwrite an object.</summary>
    public bool EnforcesWriteOnce => ConditionalWrites == ConditionalWrites.Enforced;

    /// <summary>Whether the completion of a multipart upload may have <c>If-None-Match: *</c>.</summary>
    public bool AcceptsConditionalCompletion =>
        ConditionalCompletion is ConditionalWrites.Accepted or ConditionalWrites.Enforced;

    /// <summary>Whether a PUT can be signed so that the store accepts only the content with a SHA-256.</summary>
    public bool EnforcesSha256 => Checksums is true || PayloadHashes is true;

    /// <summary>Whether multipart uploads can be granted. A store without a clear answer gets the request, and may refuse it.</summary>
    public bool SupportsMultipartGrants => Multipart is not false && PartUploads == PutUploads.Safe;

    /// <summary>Where URLs have the bucket's name.</summary>
    public S3Addressing Addressing { get; init; }
}

/// <summary>What the holder of a presigned PUT can do at a store.</summary>
public enum PutUploads
{
    /// <summary>There was no conclusive test yet. The server signs no PUTs.</summary>
    Unknown,

    /// <summary>A presigned PUT lets its holder upload one object and nothing more.</summary>
    Safe,

    /// <summary>A presigned PUT lets its holder do more than upload. The server signs no PUTs.</summary>
    Unsafe,
}

/// <summary>What a store does with <c>If-None-Match: *</c> on a write.</summary>
public enum ConditionalWrites
{
    /// <summary>Unknown.</summary>
    Unknown,

    /// <summary>It refuses the header as not implemented.</summary>
    Refused,

    /// <summary>It accepts the header and overwrites the object.</summary>
    Ignored,

    /// <summary>It accepts the header. The server could not test whether the store enforces it.</summary>
    Accepted,

    /// <summary>It refuses to overwrite an object.</summary>
    Enforced,
}
