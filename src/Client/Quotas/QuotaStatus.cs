namespace S3Auth.Client.Quotas;

/// <summary>What a hotkey has left of its daily quota, as the server said in its last answer to a signed request.</summary>
/// <param name="Kind">The kind of the grants: <c>miner</c>, <c>validator</c> or <c>session</c>.</param>
/// <param name="Left">The number of grants that are left.</param>
/// <param name="Limit">The number of grants per day; null if the server does not say it.</param>
/// <param name="FilesLeft">The number of files that a miner may still name for upload; null if the server does not limit it.</param>
/// <param name="At">When the answer came, by this machine's clock.</param>
/// <param name="ResetsAt">When the quota resets, by this machine's clock.</param>
public sealed record QuotaStatus(
    string Kind, long Left, long? Limit, long? FilesLeft, DateTimeOffset At, DateTimeOffset ResetsAt);
