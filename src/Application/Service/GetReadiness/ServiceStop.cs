namespace S3Auth.Application.Service;

/// <summary>Whether this process has been told to stop: it still answers, but is not ready for more.</summary>
public sealed class ServiceStop
{
    private volatile bool _hasBegun;

    /// <summary>Whether it has.</summary>
    public bool HasBegun => _hasBegun;

    /// <summary>It has, from now on.</summary>
    public void Begin() => _hasBegun = true;
}
