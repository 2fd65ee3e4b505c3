namespace S3Auth.Infrastructure.Storage;

/// <summary>Counts the URLs and forms that a signer creates.</summary>
internal sealed class MeteredUrlSigner(IUrlSigner signer, StoreMetrics metrics) : IUrlSigner
{
    public IGrantSigner At(DateTimeOffset moment) => new GrantSigner(signer.At(moment), metrics);

    public ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        signer.RefreshAsync(moment, cancellationToken);

    private sealed class GrantSigner(IGrantSigner signer, StoreMetrics metrics) : IGrantSigner
    {
        public DateTimeOffset? CredentialsEnd => signer.CredentialsEnd;

        public PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry)
        {
            metrics.Signed("post");
            return signer.SignPost(policy, expiry);
        }

        public PostUpload SignPost(FileUpload file, DateTimeOffset expiry)
        {
            metrics.Signed("post");
            return signer.SignPost(file, expiry);
        }

        public PutUpload SignPut(FileUpload file, DateTimeOffset expiry)
        {
            metrics.Signed("put");
            return signer.SignPut(file, expiry);
        }

        public GrantUrl SignPart(ObjectName key, string storeUploadId, int number, long size, DateTimeOffset expiry)
        {
            metrics.Signed("part");
            return signer.SignPart(key, storeUploadId, number, size, expiry);
        }

        public GrantUrl SignGet(ObjectName key, DateTimeOffset expiry)
        {
            metrics.Signed("get");
            return signer.SignGet(key, expiry);
        }

        public GrantUrl SignList(Listing listing, DateTimeOffset expiry)
        {
            metrics.Signed("list");
            return signer.SignList(listing, expiry);
        }
    }
}
