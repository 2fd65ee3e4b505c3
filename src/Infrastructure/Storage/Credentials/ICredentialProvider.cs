namespace S3Auth.Infrastructure.Storage;

/// <summary>Loads credentials from the network, a process or a file.</summary>
internal interface ICredentialProvider
{
    /// <summary>Returns the newest credentials, with the longest remaining lifetime that the provider gives.</summary>
    Task<SigningCredentials> LoadAsync(CancellationToken cancellationToken);
}
