namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the keys may list and read everything below the data prefixes, which validators need.</summary>
internal sealed class ReadCheck : IStoreCheck
{
    public string Name => "list";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        foreach (var parent in exam.DiscoveryPrefixes)
        {
            var listing = await exam.ListAsync(parent.Prefix, maxKeys: 1, bucket: null, cancellationToken);
            if (!listing.IsListing)
            {
                return new StoreCheck(
                    Name,
                    StoreCheckResult.Fail,
                    $"The store refuses to list {parent}: it answers {listing}. Validators cannot find files.",
                    "Give this server's keys the permission s3:ListBucket on the bucket.");
            }

            var key = $"{parent.Prefix}{PutProbe.Folder}{PutProbe.MissingName}";
            var missing = await exam.SendAsync(HttpMethod.Get, key, [], cancellationToken);
            if (missing is { Status: HttpStatusCode.NotFound, Error: null })
            {
                return new StoreCheck(
                    Name,
                    StoreCheckResult.Fail,
                    "The answer to a download of a missing object is 404 without an S3 error: a proxy in front of the store replaces the "
                        + "store's errors with its own pages, so clients and this server cannot tell errors apart.",
                    "Turn that off in the proxy (nginx: proxy_intercept_errors off).");
            }

            if (!missing.IsMissingObject)
            {
                return new StoreCheck(
                    Name,
                    StoreCheckResult.Fail,
                    $"The store answers a download of a missing object below {parent} with {missing}, not with NoSuchKey. Validators may "
                        + "be unable to download.",
                    $"Give this server's keys the permissions s3:GetObject on everything below {parent} and s3:ListBucket on the bucket.");
            }
        }

        return new StoreCheck(
            Name, StoreCheckResult.Ok, $"The keys may list and read everything below {string.Join(" and ", exam.DiscoveryPrefixes)}.");
    }
}
