namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether the bucket keeps old versions of objects, which cost money.</summary>
internal sealed class VersioningCheck : IStoreCheck
{
    public string Name => "versioning";

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var answer = await exam.SendAsync(HttpMethod.Get, key: null, [new S3Parameter("versioning", "")], cancellationToken);
        if (answer.Xml("VersioningConfiguration") is { } configuration)
        {
            var status = StoreExam.Values(configuration, "Status").FirstOrDefault();
            exam.IsVersioned = status is "Enabled" or "Suspended";
            return status == "Enabled"
                ? new StoreCheck(
                    Name,
                    StoreCheckResult.Warn,
                    "The bucket keeps every old version of an object that a miner overwrites, and you pay for all of them.",
                    "Suspend versioning, or add a lifecycle rule that expires noncurrent versions.")
                : new StoreCheck(Name, StoreCheckResult.Ok, "The bucket keeps no old versions.");
        }

        // Any 403: it does not show whether the store supports versioning.
        if (answer.IsDenied || answer.Status == HttpStatusCode.Forbidden)
        {
            return new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                "The keys may not read the bucket's versioning status, so it is unknown whether the bucket keeps old versions.",
                "Look it up in the store's console, or give the keys s3:GetBucketVersioning, which changes nothing.");
        }

        exam.IsVersioned = answer.IsRefused ? false : null;
        return answer.IsRefused
            ? new StoreCheck(Name, StoreCheckResult.Ok, "The store does not support versioning.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Warn,
                $"The store answers {answer} when asked for the versioning status.",
                "Run the doctor again.");
    }
}
