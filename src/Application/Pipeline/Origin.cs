namespace S3Auth.Application.Pipeline;

/// <summary>Where a request came from, one per request. Id and address are only for records, not for decisions.</summary>
public sealed class Origin
{
    /// <summary>The request's id.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The client's address as text; null where it is not known.</summary>
    public string? ClientAddress { get; set; }

    /// <summary>The group of the client's address. Limits per client address apply to the group.</summary>
    public int ClientGroup { get; set; }
}
