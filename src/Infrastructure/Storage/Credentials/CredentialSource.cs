namespace S3Auth.Infrastructure.Storage;

/// <summary>The credentials in force. Reading them never waits; whoever renews them replaces them whole.</summary>
/// <param name="fixedCredentials">Credentials that are never renewed; null where they are loaded in the background.</param>
public sealed class CredentialSource(SigningCredentials? fixedCredentials = null)
{
    /// <summary>Credentials that end sooner than this are worth a short wait for those that follow them.</summary>
    internal static readonly TimeSpan LittleLeft = TimeSpan.FromMinutes(15);

    private SigningCredentials? _current = fixedCredentials;
    private PlannedRenewal? _next;

    /// <summary>The credentials in force; null before the first were loaded.</summary>
    public SigningCredentials? Current => Volatile.Read(ref _current);

    internal void Replace(SigningCredentials credentials) => Volatile.Write(ref _current, credentials);

    internal void Plan(PlannedRenewal next) => Volatile.Write(ref _next, next);

    /// <summary>Whether the credentials in force end so soon that those after them are worth a wait.</summary>
    internal bool HasLittleLeft(DateTimeOffset now) => Current?.Ends - now < LittleLeft;

    /// <summary>
    /// Lets a renewal end first that is due or under way, when the credentials in force have little time left. Returns at once in all
    /// other cases, and soon in this one: what is in force then is used.
    /// </summary>
    internal ValueTask LetRenewalEndAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        HasLittleLeft(now) && Volatile.Read(ref _next) is { } next && next.IsDue(now)
            ? new ValueTask(next.WaitAsync(cancellationToken))
            : ValueTask.CompletedTask;
}
