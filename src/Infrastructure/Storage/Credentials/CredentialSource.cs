namespace S3Auth.Infrastructure.Storage;

/// <summary>The current credentials. Reading them never waits. <see cref="CredentialRefresher"/> replaces them as a whole.</summary>
/// <param name="fixedCredentials">Credentials that are never renewed; null if they are loaded in the background.</param>
public sealed class CredentialSource(SigningCredentials? fixedCredentials = null)
{
    /// <summary>If the credentials end sooner than this, requests wait a short time for a renewal.</summary>
    internal static readonly TimeSpan ShortLifetime = TimeSpan.FromMinutes(15);

    private SigningCredentials? _current = fixedCredentials;
    private PlannedRenewal? _next;

    /// <summary>The current credentials; null before the first ones are loaded.</summary>
    public SigningCredentials? Current => Volatile.Read(ref _current);

    internal void Replace(SigningCredentials credentials) => Volatile.Write(ref _current, credentials);

    internal void Plan(PlannedRenewal next) => Volatile.Write(ref _next, next);

    /// <summary>Whether the current credentials end within <see cref="ShortLifetime"/>.</summary>
    internal bool EndsSoon(DateTimeOffset now) => Current?.Ends - now < ShortLifetime;

    /// <summary>
    /// Waits for a renewal that is due or in progress if the current credentials end soon, but at most
    /// <see cref="PlannedRenewal.MaxWait"/>. Returns at once in all other cases.
    /// </summary>
    internal ValueTask WaitForRenewalAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        EndsSoon(now) && Volatile.Read(ref _next) is { } next && next.IsDue(now)
            ? new ValueTask(next.WaitAsync(cancellationToken))
            : ValueTask.CompletedTask;
}
