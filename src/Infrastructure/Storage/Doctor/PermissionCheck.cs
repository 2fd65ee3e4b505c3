namespace S3Auth.Infrastructure.Storage;

/// <summary>
/// Whether the keys may do more than the server needs, because a thief of the keys could do it too. The attempts change nothing: they
/// delete an object that does not exist, change the ACL of one that does not exist, and upload with a wrong digest.
/// </summary>
internal sealed class PermissionCheck : IStoreCheck
{
    // One other bucket that the keys can list is enough. Further ones cost requests.
    private const int MaxOtherBuckets = 3;

    public string Name => "permissions";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var extra = new List<string>();
        var missing = exam.ProbePrefix + PutProbe.MissingName;

        // On a bucket with versions, the deletion of a missing object would leave a delete marker.
        if (exam.IsVersioned is false)
        {
            var deletion = await exam.SendAsync(HttpMethod.Delete, missing, [], cancellationToken);
            exam.MayDelete = deletion.IsSuccess || deletion.IsMissingObject ? true : deletion.IsDenied ? false : null;
            if (exam.MayDelete is true)
            {
                extra.Add("delete objects");
            }
        }

        // A key of its own, because a store that does not know the parameter creates an object, and other checks need a missing one.
        var acl = await exam.SendAsync(
            new S3Request("PUT", exam.ProbePrefix + "acl", [new S3Parameter("acl", "")], [new S3Parameter("x-amz-acl", "private")]),
            cancellationToken);
        if (acl.IsMissingObject || acl.IsSuccess)
        {
            extra.Add("change the ACL of objects");
        }

        // If miners' folders are at the top of the bucket, no key is outside.
        const string Outside = $"{PutProbe.Folder}outside";
        if (!exam.Prefixes.Any(prefix => Outside.StartsWith(prefix, StringComparison.Ordinal))
            && (await exam.TryPutAsync(Outside, [], [], cancellationToken)).IsAccepted)
        {
            extra.Add($"write outside {string.Join(" and ", exam.DiscoveryPrefixes)}");
        }

        if (await CountOtherBucketsAsync(exam, cancellationToken) is > 0 and var others)
        {
            extra.Add($"open at least {others} other bucket{(others == 1 ? "" : "s")} of the account");
        }

        return extra.Count == 0
            ? new StoreCheck(
                Name,
                StoreCheckResult.Ok,
                exam.MayDelete is null
                    ? "The keys may do no more than the server needs. The doctor did not test whether they may delete."
                    : "The keys may do no more than the server needs.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The keys may do more than the server needs: {string.Join(", ", extra)}. Whoever steals them could do it too.",
                "Use keys with the least privilege: docs/stores.md has a policy for each store.");
    }

    private static async Task<int> CountOtherBucketsAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var buckets = await exam.ListBucketsAsync(cancellationToken);
        if (buckets.Xml("ListAllMyBucketsResult") is not { } list)
        {
            return 0;
        }

        var open = 0;
        var others = StoreExam.Values(list, "Name").Where(name => name != exam.Options.Bucket && BucketName.IsValid(name));
        foreach (var other in others.Take(MaxOtherBuckets))
        {
            open += (await exam.ListAsync("", maxKeys: 1, other, cancellationToken)).IsListing ? 1 : 0;
        }

        return open;
    }
}
