using System.Net;

namespace S3Auth.DevelopmentStore;

/// <summary>The embedded store's port and data folder, its only bucket and its only access key.</summary>
public sealed record EmbeddedStoreOptions
{
    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The TCP port, 0 to 65535. 0 means any free port. Default 9000.</summary>
    public int Port { get; init; } = 9000;

    /// <summary>The IP address to listen on. Default <c>127.0.0.1</c>: this machine only.</summary>
    public string BindAddress { get; init; } = "127.0.0.1";

    /// <summary>The folder for objects. It is created if it does not exist. Only one process may use it at a time.</summary>
    public string DataFolder { get; init; } = "";

    /// <summary>The bucket, named as S3 allows: 3..63 of <c>a-z 0-9 - .</c>, beginning and ending with a letter or digit.</summary>
    public string Bucket { get; init; } = "s3auth-dev";

    /// <summary>How the store behaves where S3 implementations differ. Default: as AWS.</summary>
    public StoreBehaviour Behaviour { get; init; } = StoreBehaviour.Aws;

    /// <summary>The region of the bucket. Default: the region of <see cref="Behaviour"/>.</summary>
    public string Region { get => field ?? Behaviour.Region; init; }

    /// <summary>The access key's identifier, 3..128 printable ASCII characters without <c>/</c> and <c>,</c>.</summary>
    public string AccessKey { get; init; } = "";

    /// <summary>The secret key, at least 8 characters. Never logged and never part of <see cref="ToString"/>.</summary>
    public string SecretKey { get; init; } = "";

    /// <summary>Returns one sentence for each invalid setting; nothing if all are valid.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (Port is < 0 or > IPEndPoint.MaxPort)
        {
            problems.Add($"Port must be 0..{IPEndPoint.MaxPort}.");
        }

        if (!IPAddress.TryParse(BindAddress, out _))
        {
            problems.Add("BindAddress must be an IP address.");
        }

        if (string.IsNullOrWhiteSpace(DataFolder))
        {
            problems.Add("DataFolder must name a folder.");
        }

        if (!BucketName.IsValid(Bucket))
        {
            problems.Add("Bucket must be 3..63 of a-z, 0-9, - and ., beginning and ending with a letter or digit, without '..'.");
        }

        if (Region is not { Length: > 0 and <= 64 } || Region.AsSpan().ContainsAnyExcept(RegionCharacters))
        {
            problems.Add("Region must be 1..64 of a-z, 0-9 and -.");
        }

        if (AccessKey is not { Length: >= 3 and <= 128 } || AccessKey.Any(c => c is <= ' ' or >= '\x7f' or '/' or ','))
        {
            problems.Add("AccessKey must be 3..128 printable ASCII characters without '/' and ','.");
        }

        if (SecretKey is not { Length: >= 8 })
        {
            problems.Add("SecretKey must have at least 8 characters.");
        }

        return problems;
    }

    /// <summary>Returns all settings except the secret.</summary>
    public override string ToString() =>
        $"{BindAddress}:{Port} bucket {Bucket} region {Region} as {Behaviour.Name} key {AccessKey} in {DataFolder}";
}
