namespace S3Auth.Application.Service;

/// <summary>The state of the warm-up. While it runs, this process answers but is not ready: its code is still slow.</summary>
public sealed class ServiceWarmUp
{
    private volatile bool _isRunning;

    /// <summary>Whether the warm-up runs.</summary>
    public bool IsRunning => _isRunning;

    /// <summary>Begins the warm-up.</summary>
    public void Begin() => _isRunning = true;

    /// <summary>Ends the warm-up.</summary>
    public void End() => _isRunning = false;
}
