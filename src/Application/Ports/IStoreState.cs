namespace S3Auth.Application.Ports;

/// <summary>What the background checks last found out about the object store. Reading it never waits.</summary>
public interface IStoreState
{
    /// <summary>The findings of the last check.</summary>
    StoreFindings Current { get; }
}

/// <summary>
/// What the object store does with what this server signs. Every problem is one or two sentences that say what happened and what the operator can
/// do; none holds a secret, a signature or an internal host.
/// </summary>
public sealed record StoreFindings
{
    /// <summary>The findings before the first check.</summary>
    public static StoreFindings None { get; } = new();

    /// <summary>
    /// The store's own refusal of this server (wrong region, keys or bucket, wrong clock, missing right) with what to set; null while it refuses
    /// nothing, or does not answer.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>Whether that refusal means that nothing this server signs can work, so that nothing is signed.</summary>
    public bool RefusesSignatures { get; init; }

    /// <summary>Whether what is signed for clients works where they reach the store; null where they reach it as this server does, or before the first check.</summary>
    public bool? PublicEndpointOk { get; init; }

    /// <summary>Why it does not; null when it does.</summary>
    public string? PublicEndpointProblem { get; init; }

    /// <summary>Why the store does not take upload forms, where uploads go by them; null when it does.</summary>
    public string? FormProblem { get; init; }

    /// <summary>Whether uploads by presigned PUT are granted.</summary>
    public PutUploads PutUploads { get; init; }

    /// <summary>Why uploads by PUT are not granted, or what they do not hold; null when all is well.</summary>
    public string? PutProblem { get; init; }

    /// <summary>Whether the store takes a PUT of signed size in that size only; null where that is not known.</summary>
    public bool? PutSizesEnforced { get; init; }

    /// <summary>When the last check ended; null before the first.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

/// <summary>Whether uploads by presigned PUT are granted.</summary>
public enum PutUploads
{
    /// <summary>Uploads go by POST forms.</summary>
    Off,

    /// <summary>The check has not ended yet, or cannot tell: none is granted.</summary>
    Unknown,

    /// <summary>A presigned PUT lets its holder upload one object and nothing more.</summary>
    Safe,

    /// <summary>A presigned PUT lets its holder do more than upload: none is granted.</summary>
    Unsafe,
}
