namespace S3Auth.Application.Service;

/// <summary>The state of a graceful stop. After it has begun, this process still answers but is not ready for new requests.</summary>
public sealed class ServiceStop
{
    private volatile bool _hasBegun;

    /// <summary>Whether the stop has begun.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>Begins the stop.</summary>
    public void Begin() => _hasBegun = true;
}
