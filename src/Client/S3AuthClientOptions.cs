namespace S3Auth.Client;

/// <summary>Timeouts, retries and callbacks of a client.</summary>
public sealed record S3AuthClientOptions
{
    /// <summary>
    /// The number of attempts, the first included; 1 means no retries. For 429, the number of retries is ten times as high, because all
    /// requests of one client address share a limit.
    /// </summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The wait before the second attempt. It doubles with every attempt, with jitter.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two attempts. A refusal with a longer Retry-After is not retried.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The timeout of one answer of the server, its body included.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The timeout of opening a connection.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a transfer to or from the store may make no progress before it fails and is retried.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>
    /// Opens the store that keeps the folder grant of a coldkey between runs; null to keep grants only in memory. Called once per coldkey.
    /// </summary>
    public Func<AccountId, IGrantStore>? OpenGrantStore { get; init; }

    /// <summary>Called before every wait for a retry, possibly from several threads.</summary>
    public Action<RetryNotice>? OnRetry { get; init; }

    /// <summary>
    /// Called when the server refused this machine's time and requests are now signed with the server's time. The argument is the server's
    /// time minus this machine's, at most 24 hours. Called again when the difference changes, possibly from several threads.
    /// </summary>
    public Action<TimeSpan>? OnClockSkew { get; init; }
}

/// <summary>Announces a retry.</summary>
/// <param name="Attempt">The number of the attempt that failed, from 1. It is also the number of the next retry.</param>
/// <param name="MaxRetries">The number of retries before the request fails.</param>
/// <param name="Wait">The wait before the next attempt.</param>
/// <param name="Reason">What happened, in a few words, without a URL.</param>
public sealed record RetryNotice(int Attempt, int MaxRetries, TimeSpan Wait, string Reason);
