namespace S3Auth.Application.Ports;

/// <summary>
/// Checks everything that this server and its clients need from the object store, and whether the server's keys may do more than they
/// need. Leaves no object, version or multipart upload in the bucket, or reports it.
/// </summary>
public interface IStoreDoctor
{
    /// <summary>Checks everything once, with about a hundred small requests. Does not throw if the store cannot be reached.</summary>
    Task<StoreReport> ExamineAsync(CancellationToken cancellationToken);
}

/// <summary>What the doctor found out about the store. Contains no secret and no signature.</summary>
/// <param name="Checks">One line for each subject. A check comes after those that it depends on.</param>
/// <param name="Capabilities">What the store can do.</param>
public sealed record StoreReport(IReadOnlyList<StoreCheck> Checks, StoreCapabilities Capabilities)
{
    /// <summary>Whether the store accepted this server, so that the capabilities could be asked for.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>Whether a check failed.</summary>
    public bool HasFailures => Checks.Any(check => check.Result == StoreCheckResult.Fail);
}

/// <summary>One line of the report about the store.</summary>
/// <param name="Name">The subject, such as <c>region</c>.</param>
/// <param name="Result">The result.</param>
/// <param name="Finding">What was found and what it means: one or two sentences, without a secret or signature.</param>
/// <param name="Advice">What the operator can do; null if there is nothing to do.</param>
public sealed record StoreCheck(string Name, StoreCheckResult Result, string Finding, string? Advice = null);

/// <summary>The result of one check of the store.</summary>
public enum StoreCheckResult
{
    /// <summary>Nothing is wrong.</summary>
    Ok,

    /// <summary>The service works, but the operator should look at this.</summary>
    Warn,

    /// <summary>The service, or a part of it, does not work or is not safe.</summary>
    Fail,

    /// <summary>The check could not run, because an earlier one failed.</summary>
    Skipped,
}
