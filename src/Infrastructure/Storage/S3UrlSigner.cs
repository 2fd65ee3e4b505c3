namespace S3Auth.Infrastructure.Storage;

/// <summary>Signs grants for the configured bucket with the current credentials.</summary>
internal sealed class S3UrlSigner(StoreEndpoints endpoints, CredentialSource credentials, PutGuard puts, IStoreState store) : IUrlSigner
{
    /// <inheritdoc/>
    public IGrantSigner At(DateTimeOffset moment)
    {
        if (store.Current.RefusesSignatures)
        {
            throw RefusedException.StorageRefuses();
        }

        // Compares whole seconds, because grants have whole seconds.
        if (credentials.Current is not { } keys || keys.Ends?.ToUnixTimeSeconds() <= moment.ToUnixTimeSeconds())
        {
            throw new RefusedException(
                RefusalCode.StorageUnavailable,
                "This server has no valid credentials for the object store at the moment; try again in a minute.")
            {
                RetryAfter = TimeSpan.FromMinutes(1),
            };
        }

        // If the end of temporary credentials is unknown, a grant lasts only for the minimum lifetime of such credentials.
        var ends = keys.EndIsUnknown ? moment + SigningCredentials.MinLifetime : keys.Ends;
        var route = endpoints.Current;
        return new GrantSigner(
            route.ClientSigner.At(keys, moment), ends, moment, route.Clients.BucketUrl, puts, store.Current.Capabilities);
    }

    /// <inheritdoc/>
    public ValueTask RefreshAsync(DateTimeOffset moment, CancellationToken cancellationToken) =>
        credentials.WaitForRenewalAsync(moment, cancellationToken);

    private sealed class GrantSigner(
        DatedSigner signer,
        DateTimeOffset? credentialsEnd,
        DateTimeOffset moment,
        string bucketUrl,
        PutGuard puts,
        StoreCapabilities store) : IGrantSigner
    {
        private readonly long _start = moment.ToUnixTimeSeconds();

        // Read once, because an answer that has begun cannot be refused any more.
        private BarredHeaders? _barred;
        private BarredHeaders? _barredAtParts;

        public DateTimeOffset? CredentialsEnd => credentialsEnd;

        public PostUpload SignPost(UploadPolicy policy, DateTimeOffset expiry) => SignPost(
            new PostPolicyRules(
                policy.Folder.Prefix, policy.Sizes.MinBytes, policy.Sizes.MaxSingleBytes, UploadPolicy.Acl, UploadPolicy.StorageClass),
            expiry);

        public PostUpload SignPost(FileUpload file, DateTimeOffset expiry) => SignPost(
            new PostPolicyRules(
                file.Key.Key,
                file.Size ?? file.Sizes.MinBytes,
                file.Size ?? file.Sizes.MaxSingleBytes,
                UploadPolicy.Acl,
                UploadPolicy.StorageClass,
                IsWholeKey: true),
            expiry);

        public PutUpload SignPut(FileUpload file, DateTimeOffset expiry)
        {
            var rules = RulesFor(file, store);
            return new PutUpload(signer.PresignPut(file.Key.Key, SecondsTo(expiry), rules), HeadersOf(rules));
        }

        public GrantUrl SignPart(ObjectName key, string storeUploadId, int number, long size, DateTimeOffset expiry)
        {
            _barredAtParts ??= puts.BarredPartHeaders();
            var rules = new PutRules(size, _barredAtParts.Value) { Part = new UploadPart(storeUploadId, number) };
            return signer.PresignPut(key.Key, SecondsTo(expiry), rules);
        }

        public GrantUrl SignGet(ObjectName key, DateTimeOffset expiry) => signer.PresignGet(key.Key, SecondsTo(expiry));

        public GrantUrl SignList(Listing listing, DateTimeOffset expiry) => signer.PresignList(
            new S3Listing(
                listing.Prefix,
                listing.Delimiter,
                listing.ContinuationToken,
                StartAfter: listing.StartAfter.IsEmpty ? default : S3Text.FromBytes(listing.StartAfter)),
            SecondsTo(expiry));

        // A store that does not enforce forms would let their holder upload anywhere.
        private PostUpload SignPost(PostPolicyRules rules, DateTimeOffset expiry) => store.PostForms is false
            ? throw new RefusedException(
                RefusalCode.StorageUnavailable,
                "This server grants no uploads by form, because its object store does not support them. Tell the operator, who finds in "
                    + "/healthcheck what to change.")
            : new PostUpload(bucketUrl, signer.SignPost(rules, SecondsTo(expiry)));

        private PutRules RulesFor(FileUpload file, StoreCapabilities store) => new(file.Size, _barred ??= puts.BarredHeaders())
        {
            IsWriteOnce = file.IsWriteOnce && store.ConditionalWrites is (ConditionalWrites.Enforced or ConditionalWrites.Accepted),
            Checksum = store.Checksums is false || UsesPayloadHash(store) ? null : file.Sha256?.Base64,
            PayloadHash = UsesPayloadHash(store) ? file.Sha256?.Hex : null,
        };

        private static bool UsesPayloadHash(StoreCapabilities store) => store.Checksums is not true && store.PayloadHashes is true;

        private static Dictionary<string, string> HeadersOf(in PutRules rules)
        {
            var headers = new Dictionary<string, string>(capacity: 2, StringComparer.Ordinal);
            if (rules.IsWriteOnce)
            {
                headers.Add("If-None-Match", "*");
            }

            if (rules.Checksum is { } checksum)
            {
                headers.Add("x-amz-checksum-sha256", checksum);
            }

            if (rules.PayloadHash is { } hash)
            {
                headers.Add(SigV4Names.Header.ContentSha256, hash);
            }

            return headers;
        }

        private long SecondsTo(DateTimeOffset expiry) => expiry.ToUnixTimeSeconds() - _start;
    }
}
