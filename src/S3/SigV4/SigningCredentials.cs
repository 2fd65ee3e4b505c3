namespace S3Auth.S3;

/// <summary>
/// Credentials that sign requests to an object store. Immutable. A class instead of a record, because a record prints its members, and the
/// secret must not get into a log.
/// </summary>
public sealed class SigningCredentials
{
    /// <param name="accessKey">The access key's id.</param>
    /// <param name="secretKey">The secret that belongs to it.</param>
    /// <param name="sessionToken">The token of temporary credentials; null or empty for lasting ones.</param>
    /// <param name="ends">When the store stops accepting the credentials and all their signatures; null if never, or if unknown.</param>
    /// <exception cref="ArgumentException">
    /// The access key or the secret is empty, or the access key or the token contains anything except visible ASCII.
    /// </exception>
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

    /// <summary>The minimum lifetime of temporary credentials from AWS STS.</summary>
    public static readonly TimeSpan MinLifetime = TimeSpan.FromMinutes(15);

    /// <summary>The access key's id. It is visible in everything that it signs.</summary>
    public string AccessKey { get; }

    /// <summary>The token of temporary credentials; null for lasting ones. It is visible in everything that the credentials sign.</summary>
    public string? SessionToken { get; }

    /// <summary>When the store stops accepting the credentials and all their signatures; null if never, or if unknown.</summary>
    public DateTimeOffset? Ends { get; }

    /// <summary>Whether the credentials are temporary with an unknown end.</summary>
    public bool EndIsUnknown => SessionToken is not null && Ends is null;

    /// <summary>The secret. Internal, so that no serialiser and no structured log can read it.</summary>
    internal string SecretKey { get; }

    /// <summary>Whether these are the same keys with the same end. Not constant-time, so only for the server's own credentials.</summary>
    internal bool IsSameAs(SigningCredentials other) =>
        string.Equals(AccessKey, other.AccessKey, StringComparison.Ordinal)
        && string.Equals(SecretKey, other.SecretKey, StringComparison.Ordinal)
        && string.Equals(SessionToken, other.SessionToken, StringComparison.Ordinal)
        && Ends == other.Ends;

    /// <summary>Returns the access key's id and the end, without a secret.</summary>
    public override string ToString() => Ends is { } ends ? $"{AccessKey} until {ends:O}" : AccessKey;

    // Both values are part of queries, forms and policies. No provider issues other characters, so they are a configuration error.
    private static void RequireVisibleAscii(string? value, string parameter)
    {
        if (value is not null && value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException("It may contain only visible ASCII characters.", parameter);
        }
    }
}
