using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Storage.Credentials;

/// <summary>The credentials in force. Reading them never waits; whoever renews them replaces them whole.</summary>
/// <param name="fixedCredentials">Credentials that are never renewed; null where they are loaded in the background.</param>
public sealed class CredentialSource(SigningCredentials? fixedCredentials = null)
{
    private SigningCredentials? _current = fixedCredentials;

    /// <summary>The credentials in force; null before the first were loaded.</summary>
    public SigningCredentials? Current => Volatile.Read(ref _current);

    internal void Replace(SigningCredentials credentials) => Volatile.Write(ref _current, credentials);
}
