namespace S3Auth.Application.Pipeline;

/// <summary>The origin of a request; one per request. Id and address are for audit records only.</summary>
public sealed class RequestOrigin
{
    /// <summary>The request's id.</summary>
    public string RequestId { get; set; } = "";

    /// <summary>The client's address as text; null if it is not known.</summary>
    public string? ClientAddress { get; set; }

    /// <summary>The group of client addresses that share one limit.</summary>
    public int ClientGroup { get; set; }
}
