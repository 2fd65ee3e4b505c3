namespace S3Auth.Infrastructure.Storage;

/// <summary>Where credentials come from. May wait for a network, a process or a file.</summary>
internal interface ICredentialProvider
{
    /// <summary>The newest credentials, with as much of their life before them as the provider gives.</summary>
    Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken);
}
