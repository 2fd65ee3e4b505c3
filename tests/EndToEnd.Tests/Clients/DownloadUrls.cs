using S3Auth.Domain;
using S3Auth.EndToEnd.Tests.Stores;
using S3Auth.Infrastructure.Storage;
using S3Auth.Infrastructure.Storage.Credentials;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Signs downloads of single objects with the service's own signer.</summary>
internal static class DownloadUrls
{
    public static string Sign(Bucket bucket, string key)
    {
        Assert.That(ObjectName.TryParse(key, out var name), key);
        var signer = new S3UrlSigner(
            new StorageOptions { Bucket = bucket.Name, Region = bucket.Region, Endpoint = bucket.Endpoint },
            new CredentialSource(new SigningCredentials(bucket.Keys.Id, bucket.Keys.Secret)));
        var now = DateTimeOffset.UtcNow;
        return signer.At(now).SignGet(name, now.AddMinutes(5));
    }
}
