namespace S3Auth.Client;

/// <summary>How patient a client is.</summary>
public sealed record S3AuthClientOptions
{
    /// <summary>
    /// How often anything is tried in all before its failure is reported; 1 never tries again. What the server refuses because this address
    /// asks too fast (429) is tried ten times as often again.
    /// </summary>
    public int Attempts { get; init; } = 6;

    /// <summary>The wait before the second try; it doubles from try to try, with jitter.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest wait between two tries. Where the server asks for a longer one, its refusal is reported at once.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the service may take for one answer.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may take to be made.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long nothing may move on a transfer to or from the store before it is tried again.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told of every wait before a further try. May be called from several threads.</summary>
    public Action<RetryNotice>? OnRetry { get; init; }

    /// <summary>
    /// Called when the server refused this machine's time and requests are now signed with the server's time. The argument is the server's
    /// time minus this machine's, at most 24 hours. Called again when the difference changes, possibly from several threads.
    /// </summary>
    public Action<TimeSpan>? OnClockSkew { get; init; }
}

/// <param name="Attempt">Which try failed, from 1.</param>
/// <param name="Wait">How long it is waited.</param>
/// <param name="Reason">What happened, in a few words, without any URL.</param>
public sealed record RetryNotice(int Attempt, TimeSpan Wait, string Reason);
