namespace S3Auth.Application.Pipeline;

/// <summary>Where a request came from, one per request. Id and address are only for records: nothing is decided by them.</summary>
public sealed class Origin
{
    /// <summary>The request's id.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The client's address as text; null where it is not known.</summary>
    public string? ClientAddress { get; set; }

    /// <summary>The group that the client's address belongs to: what one client address may take, its group may take.</summary>
    public int ClientGroup { get; set; }
}
