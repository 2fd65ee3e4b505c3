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

    /// <summary>Why the store does not accept upload forms; null if it does, or if uploads use PUT.</summary>
    public string? FormProblem { get; init; }

    /// <summary>Whether uploads by presigned PUT are granted.</summary>
    public PutUploads PutUploads { get; init; }

    /// <summary>Why uploads by PUT are not granted, or which limit they do not enforce; null if there is no problem.</summary>
    public string? PutProblem { get; init; }

    /// <summary>Whether the store enforces the signed size of a PUT; null if that is not known.</summary>
    public bool? PutSizesEnforced { get; init; }

    /// <summary>Why the last check ended without a result because of a failure of this server; null if it had a result.</summary>
    public string? CheckProblem { get; init; }

    /// <summary>When the last check with a result ended; null before the first one.</summary>
    public DateTimeOffset? CheckedAt { get; init; }
}

/// <summary>Whether uploads by presigned PUT are granted.</summary>
public enum PutUploads
{
    /// <summary>Uploads use POST forms.</summary>
    Off,

    /// <summary>The check has not ended yet, or has no clear result. The server grants no PUTs.</summary>
    Unknown,

    /// <summary>A presigned PUT lets its holder upload one object and nothing more.</summary>
    Safe,

    /// <summary>A presigned PUT lets its holder do more than upload. The server grants no PUTs.</summary>
    Unsafe,
}
