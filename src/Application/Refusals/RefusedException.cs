namespace S3Auth.Application.Refusals;

/// <summary>
/// A request is refused: an expected outcome, told to the caller. The message is one plain sentence that says what to do; it
/// never holds a secret, a key or an internal host.
/// </summary>
public sealed class RefusedException : Exception
{
    public RefusedException(RefusalCode code, string detail, Exception? cause = null)
        : base(detail, cause) => Code = code;

    public RefusedException(RefusalCode code, string detail, IReadOnlyDictionary<string, string[]> errors)
        : base(detail)
    {
        Code = code;
        Errors = errors;
    }

    /// <summary>There is no metagraph that may be decided on.</summary>
    public static RefusedException ChainUnavailable() => new(
        RefusalCode.ChainUnavailable,
        "This server has no recent answer of the chain and cannot tell who is registered; your request may be fine: try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(15),
    };

    /// <summary>The object store did not answer in time.</summary>
    public static RefusedException StorageTimeout(Exception? cause = null) => new(
        RefusalCode.StorageTimeout, "The object store did not answer in time; try again in a few seconds.", cause)
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    /// <summary>The object store failed, or refused this server.</summary>
    public static RefusedException StorageUnavailable(Exception? cause = null) => new(
        RefusalCode.StorageUnavailable, "The object store cannot be reached or refused this server; try again in a minute.", cause)
    {
        RetryAfter = TimeSpan.FromMinutes(1),
    };

    /// <summary>
    /// The object store itself reports that this server's region, keys, bucket or permissions are wrong: retrying does not help.
    /// </summary>
    public static RefusedException StorageRefuses(Exception? cause = null) => new(
        RefusalCode.StorageUnavailable,
        "The object store refuses this server because of its configuration. Tell the operator, who finds the reason in /healthcheck. Retrying does not help before it is corrected.",
        cause);

    /// <summary>Why.</summary>
    public RefusalCode Code { get; }

    /// <summary>What is wrong with each member of the request, by its name on the wire; empty when nothing is to be said of one.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>After how long it makes sense to ask again; null when asking again will not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
