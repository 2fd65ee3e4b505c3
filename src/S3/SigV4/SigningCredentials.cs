namespace S3Auth.S3;

/// <summary>
/// Keys that sign requests to an object store. Immutable: a rotation brings a new instance. A class and not a record, because a
/// record would print its members, and the secret must reach no log.
/// </summary>
public sealed class SigningCredentials
{
    /// <param name="accessKey">The access key's id.</param>
    /// <param name="secretKey">The secret that belongs to it.</param>
    /// <param name="sessionToken">The token of temporary credentials; null or empty for lasting ones.</param>
    /// <param name="ends">When the credentials, and all they signed, stop being accepted; null when that is never, or unknown.</param>
    /// <exception cref="ArgumentException">Access key or secret are empty, or access key or token hold anything but visible
    /// ASCII.</exception>
    public SigningCredentials(string accessKey, string secretKey, string? sessionToken = null, DateTimeOffset? ends = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(accessKey);
        ArgumentException.ThrowIfNullOrEmpty(secretKey);
        RequireVisibleAscii(accessKey, nameof(accessKey));
        RequireVisibleAscii(sessionToken, nameof(sessionToken));

        AccessKey = accessKey;
        SecretKey = secretKey;
        SessionToken = string.IsNullOrEmpty(sessionToken) ? null : sessionToken;
        Ends = ends;
    }

    /// <summary>The shortest life that security token services give to temporary credentials.</summary>
    public static readonly TimeSpan LeastLife = TimeSpan.FromMinutes(15);

    /// <summary>The access key's id; visible to whoever holds something it signed.</summary>
    public string AccessKey { get; }

    /// <summary>The token of temporary credentials; null for lasting ones. Visible to whoever holds something it signed.</summary>
    public string? SessionToken { get; }

    /// <summary>When the credentials, and all they signed, stop being accepted; null when that is never, or unknown.</summary>
    public DateTimeOffset? Ends { get; }

    /// <summary>Whether they are temporary, and nobody said when they end.</summary>
    public bool EndIsUnknown => SessionToken is not null && Ends is null;

    /// <summary>The secret. Internal, so that no serialiser and no structured log finds it.</summary>
    internal string SecretKey { get; }

    /// <summary>Whether these are the same keys with the same end. For credentials of one's own: the time it takes tells of them.</summary>
    internal bool IsSameAs(SigningCredentials other) =>
        string.Equals(AccessKey, other.AccessKey, StringComparison.Ordinal)
        && string.Equals(SecretKey, other.SecretKey, StringComparison.Ordinal)
        && string.Equals(SessionToken, other.SessionToken, StringComparison.Ordinal)
        && Ends == other.Ends;

    /// <summary>The access key's id and the end; nothing secret.</summary>
    public override string ToString() => Ends is { } ends ? $"{AccessKey} until {ends:O}" : AccessKey;

    // Both go into queries, forms and JSON policies: a character that no provider issues is a mistake in the configuration.
    private static void RequireVisibleAscii(string? value, string parameter)
    {
        if (value is not null && value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException("Only visible ASCII characters can stand here.", parameter);
        }
    }
}
