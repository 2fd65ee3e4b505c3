namespace S3Auth.Infrastructure.Storage;

/// <summary>How a store is used, whichever it is: how clients upload, and what this service may ask of it.</summary>
public sealed record StoreUsage
{
    /// <summary>How clients upload. Default POST.</summary>
    public UploadMethod UploadMethod { get; init; } = UploadMethod.Post;

    /// <summary>How long one request to the store may take, its retry and the wait for its turn included. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a whole listing may take, however many pages it has. Default 30 s.</summary>
    public TimeSpan ListingTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How old a listing of folders may be; zero for none that is older than its request. Default 2 s.</summary>
    public TimeSpan ListingLifetime { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many requests this process has at the store at once; the others wait for their turn. Default 64.</summary>
    public int RequestsAtOnce { get; init; } = MaxRequestsAtOnce;

    private const int MinRequestsAtOnce = 8;
    private const int MaxRequestsAtOnce = 64;

    // Memory to read the largest answer: a listing of 1,000 keys of 1,024 bytes, percent-encoded.
    private const long BytesPerRequest = 10 * 1024 * 1024;

    // Of the memory that the process may use.
    private const int MemoryShare = 8;

    /// <summary>The number of answers that fit into an eighth of this process's memory, 8 to 64.</summary>
    public static int RequestsAtOnceOfThisProcess() => (int)Math.Clamp(
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / MemoryShare / BytesPerRequest, MinRequestsAtOnce, MaxRequestsAtOnce);
}
