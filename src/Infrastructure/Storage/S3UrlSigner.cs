namespace S3Auth.Infrastructure.Storage;

/// <summary>Signs grants for the configured bucket with the current credentials.</summary>
public sealed class S3UrlSigner : IUrlSigner
{
    private readonly CredentialSource _credentials;
    private readonly SigV4Signer _signer;
    private readonly PutGuard _puts;
    private readonly IStoreState _store;
    private readonly string _bucketUrl;

    /// <exception cref="ArgumentException">Bucket, region or endpoint cannot be part of a URL or of a signature.</exception>
    public S3UrlSigner(StorageOptions options, CredentialSource credentials, PutGuard puts, IStoreState store)
    {
        ArgumentNullException.ThrowIfNull(options);

        var endpoint = options.ForClients();
        _credentials = credentials;
        _puts = puts;
        _store = store;
        _signer = new SigV4Signer(endpoint, options.Bucket, options.Region);
        _bucketUrl = endpoint.BucketUrl;
    }

    /// <inheritdoc/>
    public IGrantSigner At(DateTimeOffset moment)
    {
        if (_store.Current.RefusesSignatures)
        {
            throw RefusedException.StorageRefuses();
        }

        // Compares whole seconds, because grants have whole seconds.
        if (_credentials.Current is not { } credentials || credentials.Ends?.ToUnixTimeSeconds() <= moment.ToUnixTimeSeconds())
        {
            throw new RefusedException(
                RefusalCode.StorageUnavailable,
                "This server has no valid credentials for the object store at the moment; try again in a minute.")
            {
                RetryAfter = TimeSpan.FromMinutes(1),
            };
        }

        // If the end of temporary credentials is unknown, a grant lasts only for the minimum lifetime of such credentials.
        var ends = credentials.EndIsUnknown ? moment + SigningCredentials.MinLifetime : credentials.Ends;
        return new GrantSigner(_signer.At(credentials, moment), ends, moment, _bucketUrl, _puts);
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        _credentials.WaitForRenewalAsync(moment, cancellationToken);

    private sealed class GrantSigner(
        DatedSigner signer, DateTimeOffset? credentialsEnd, DateTimeOffset moment, string bucketUrl, PutGuard puts) : IGrantSigner
    {
        private readonly long _start = moment.ToUnixTimeSeconds();

        public DateTimeOffset? CredentialsEnd => credentialsEnd;

        public PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry) => new(
            bucketUrl,
            signer.SignPost(
                new PostPolicyRules(
                    policy.Folder.Prefix, UploadPolicy.MinBytes, UploadPolicy.MaxBytes, UploadPolicy.Acl, UploadPolicy.StorageClass),
                SecondsTo(expiry)));

        public PostUpload SignPost(FileUpload file, DateTimeOffset expiry) => new(
            bucketUrl,
            signer.SignPost(
                new PostPolicyRules(
                    file.Key.Key,
                    file.Size ?? UploadPolicy.MinBytes,
                    file.Size ?? UploadPolicy.MaxBytes,
                    UploadPolicy.Acl,
                    UploadPolicy.StorageClass,
                    IsWholeKey: true),
                SecondsTo(expiry)));

        public string SignPut(FileUpload file, DateTimeOffset expiry) =>
            signer.PresignPut(file.Key.Key, SecondsTo(expiry), file.Size, puts.BarredHeaders());

        public string SignGet(ObjectName key, DateTimeOffset expiry) => signer.PresignGet(key.Key, SecondsTo(expiry));

        public string SignList(Listing listing, DateTimeOffset expiry) => signer.PresignList(
            new S3Listing(
                listing.Prefix,
                listing.Delimiter,
                listing.ContinuationToken,
                StartAfter: listing.StartAfter.IsEmpty ? default : S3Text.FromBytes(listing.StartAfter)),
            SecondsTo(expiry));

        private long SecondsTo(DateTimeOffset expiry) => expiry.ToUnixTimeSeconds() - _start;
    }
}
