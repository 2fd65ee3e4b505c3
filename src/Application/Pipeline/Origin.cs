namespace S3Auth.Application.Pipeline;

/// <summary>Where a request came from, one per request. Only for records: nothing is decided by it.</summary>
public sealed class Origin
{
    /// <summary>The request's id.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The client's address as text; null where it is not known.</summary>
    public string? ClientAddress { get; set; }
}
