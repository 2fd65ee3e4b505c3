using System.Text.RegularExpressions;
using S3Auth.Infrastructure.Storage.SigV4;

namespace S3Auth.Infrastructure.Storage;

/// <summary>Which bucket this service grants access to, and where.</summary>
public sealed partial class StorageOptions
{
    /// <summary>The bucket's name (<c>S3_BUCKET</c>).</summary>
    public required string Bucket { get; init; }

    /// <summary>Its region (<c>S3_REGION</c>), which signatures name. Default <c>us-east-1</c>.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Where this service reaches the store (<c>S3_ENDPOINT</c>); null for AWS.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Where clients reach the store (<c>S3_PUBLIC_ENDPOINT</c>), when that is elsewhere; null for the same.</summary>
    public Uri? PublicEndpoint { get; init; }

    /// <summary>Fixed keys; null for the AWS SDK's default chain (environment, profile, web identity, ECS, EC2).</summary>
    public SigningCredentials? Credentials { get; init; }

    /// <summary>How long one request to the store may take, its retry included. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a whole listing may take, however many pages it has. Default 30 s.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What is wrong with these options, a sentence each; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        var onAws = Endpoint is null && PublicEndpoint is null;
        if (onAws ? !AwsBucket().IsMatch(Bucket) : !AnyBucket().IsMatch(Bucket))
        {
            problems.Add("S3_BUCKET must be a bucket's name: 3 to 63 lower-case letters, digits, dots and hyphens.");
        }

        if (!RegionName().IsMatch(Region))
        {
            problems.Add("S3_REGION must be a region's name, such as us-east-1.");
        }

        if (Endpoint is not null && !S3Endpoint.IsUsable(Endpoint))
        {
            problems.Add("S3_ENDPOINT must be an http or https URL without user, query and fragment.");
        }

        if (PublicEndpoint is not null && !S3Endpoint.IsUsable(PublicEndpoint))
        {
            problems.Add("S3_PUBLIC_ENDPOINT must be an http or https URL without user, query and fragment.");
        }

        if (RequestTimeout <= TimeSpan.Zero || ListingTimeout < RequestTimeout)
        {
            problems.Add("The store's timeouts must be positive, and a listing's not below a request's.");
        }

        return problems;
    }

    /// <summary>Where clients reach the bucket.</summary>
    /// <exception cref="ArgumentException">The options have <see cref="Problems"/>.</exception>
    internal S3Endpoint ForClients() =>
        (PublicEndpoint ?? Endpoint) is { } endpoint ? S3Endpoint.PathStyle(endpoint, Bucket) : S3Endpoint.Aws(Bucket, Region);

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex AwsBucket();

    // Other stores know older, wider rules.
    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex AnyBucket();

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.NonBacktracking)]
    private static partial Regex RegionName();
}
