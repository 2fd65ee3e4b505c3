namespace S3Auth.Infrastructure.Storage;

/// <summary>Whether anyone can list, read or write the bucket without a signature.</summary>
internal sealed class PublicAccessCheck : IStoreCheck
{
    // More than one, because an object may be archived.
    private const int ObjectsToRead = 3;

    public string Name => "public_access";

    public bool IsAtClients => true;

    public async Task<StoreCheck> RunAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        var open = new List<string>();
        foreach (var query in (string[])["?list-type=2&max-keys=1", "?max-keys=1"])
        {
            if (!open.Contains("list") && (await exam.SendUnsignedAsync(HttpMethod.Get, query, [], cancellationToken)).IsListing)
            {
                open.Add("list");
            }
        }

        // Only an object that exists shows whether reading is allowed.
        if (await CanReadAsync(exam, cancellationToken))
        {
            open.Add("read");
        }

        if ((await exam.TryUnsignedPutAsync($"/{exam.ProbePrefix}public", cancellationToken)).IsAccepted)
        {
            open.Add("write");
        }

        return open.Count == 0
            ? new StoreCheck(Name, StoreCheckResult.Ok, "Without a signature, nobody can list, read or write the bucket.")
            : new StoreCheck(
                Name,
                StoreCheckResult.Fail,
                $"Anyone can {string.Join(", ", open)} the bucket without a signature, so this server protects nothing.",
                "Remove the public policy and ACL from the bucket. On AWS, turn on Block Public Access.");
    }

    private static async Task<bool> CanReadAsync(StoreExam exam, CancellationToken cancellationToken)
    {
        foreach (var prefix in exam.Prefixes)
        {
            foreach (var key in (await exam.ListKeysAsync(prefix, ObjectsToRead, cancellationToken)).Take(ObjectsToRead))
            {
                var path = $"/{S3UriEncoding.EncodePath(key)}";
                var answer = await exam.SendUnsignedAsync(HttpMethod.Get, path, ["Range: bytes=0-0"], cancellationToken);

                // An empty object has no first byte.
                if (answer.IsSuccess || answer.Status == HttpStatusCode.RequestedRangeNotSatisfiable)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
