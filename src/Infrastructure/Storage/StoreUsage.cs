namespace S3Auth.Infrastructure.Storage;

/// <summary>How a store is used: how clients upload, and the limits of this server's own requests.</summary>
public sealed record StoreUsage
{
    /// <summary>How clients upload; null to choose by what the store can do.</summary>
    public UploadMethod? UploadMethod { get; init; }

    /// <summary>The timeout of one request to the store, including its retry and the wait for a free slot. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The timeout of a whole listing with all of its pages. Default 30 s.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The time that a listing of folders is cached; zero for no cache. Default 2 s.</summary>
    public TimeSpan ListingLifetime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The maximum number of concurrent requests to the store; later ones wait. Default 64.</summary>
    public int RequestsAtOnce { get; init; } = MaxRequestsAtOnce;

    private const int MinRequestsAtOnce = 8;
    private const int MaxRequestsAtOnce = 64;

    // The memory for the largest answer: a listing of 1,000 keys of 1,024 bytes, percent-encoded.
    private const long BytesPerRequest = 10 * 1024 * 1024;

    // Answers may use one eighth of the memory of the process.
    private const int MemoryShare = 8;

    /// <summary>Returns how many answers fit into an eighth of this process's memory, 8 to 64.</summary>
    public static int RequestsAtOnceOfThisProcess() => (int)Math.Clamp(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare / BytesPerRequest, MinRequestsAtOnce, MaxRequestsAtOnce);
}
