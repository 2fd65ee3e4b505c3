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
    /// Why the store itself refuses this server (wrong region, keys, bucket or clock, or a missing permission) and what to set; null while
    /// it does not refuse, or does not answer.
    /// </summary>
    public string? Refusal { get; init; }

    /// <summary>Whether, by that refusal, no signature of this server can work, so that it signs nothing.</summary>
    public bool RefusesSignatures { get; init; }

    /// <summary>Whether signatures for clients work at the public endpoint; null if there is none, or before the first check.</summary>
    public bool? PublicEndpointOk { get; init; }

    /// <summary>Why it does not; null when it does.</summary>
    public string? PublicEndpointProblem { get; init; }

    /// <summary>Why the store does not take upload forms, where uploads go by them; null when it does.</summary>
    public string? FormProblem { get; init; }

    /// <summary>Whether uploads by presigned PUT are granted.</summary>
    public PutUploads PutUploads { get; init; }

    /// <summary>Why uploads by PUT are not granted, or which limit they do not enforce; null when there is no problem.</summary>
    public string? PutProblem { get; init; }

    /// <summary>Whether the store enforces the signed size of a PUT; null if that is not known.</summary>
    public bool? PutSizesEnforced { get; init; }

    /// <summary>That the last check failed in this server, so that it found nothing; null when it did not.</summary>
    public string? CheckProblem { get; init; }

    /// <summary>When the last check that found something ended; null before the first.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

/// <summary>Whether uploads by presigned PUT are granted.</summary>
public enum PutUploads
{
    /// <summary>Uploads go by POST forms.</summary>
    Off,

    /// <summary>The check has not ended yet, or has no clear result: the server grants none.</summary>
    Unknown,

    /// <summary>A presigned PUT lets its holder upload one object and nothing more.</summary>
    Safe,

    /// <summary>A presigned PUT lets its holder do more than upload: the server grants none.</summary>
    Unsafe,
}
