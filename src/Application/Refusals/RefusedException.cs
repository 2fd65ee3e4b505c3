namespace S3Auth.Application.Refusals;

/// <summary>
/// A refused request: an expected outcome, and the caller gets it as an answer. The message is the <c>detail</c>: one sentence that says
/// what happened and what to do, without secrets, signatures and internal hosts.
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

    /// <summary>There is no metagraph, or it is too old.</summary>
    public static RefusedException ChainUnavailable() => new(
        RefusalCode.ChainUnavailable,
        "This server has no recent data from the chain and cannot tell who is registered; try again shortly.")
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
        RefusalCode.StorageUnavailable, "The object store is unreachable or refused this server; try again in a minute.", cause)
    {
        RetryAfter = TimeSpan.FromMinutes(1),
    };

    /// <summary>
    /// The object store itself reports that this server's region, keys, bucket or permissions are wrong: retrying does not help.
    /// </summary>
    public static RefusedException StorageRefuses(Exception? cause = null) => new(
        RefusalCode.StorageUnavailable,
        "The object store refuses this server because of the server's configuration; tell the operator, who finds the reason in "
            + "/healthcheck.",
        cause);

    /// <summary>One session cannot have the folders of all sources.</summary>
    public static RefusedException TooManySources(Exception? cause = null)
    {
        const string Advice = "The folders of all sources do not fit into one session; send one of the sources as 'source'.";
        return new RefusedException(RefusalCode.InvalidRequest, Advice, cause)
        {
            Errors = new Dictionary<string, string[]>(StringComparer.Ordinal) { ["source"] = [Advice] },
        };
    }

    /// <summary>The reason.</summary>
    public RefusalCode Code { get; }

    /// <summary>The errors of each member of the request, by its name on the wire. Empty if no single member is wrong.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; private init; } = new Dictionary<string, string[]>(StringComparer.Ordinal);

    /// <summary>Whether the handler used the store before it refused. Such a refusal is charged.</summary>
    public bool HasUsedStore { get; init; }

    /// <summary>The time after which the client should try again. Null if that does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
