namespace S3Auth.Application.Ports;

/// <summary>The shared store of used proofs and quotas.</summary>
public interface ISharedLimits
{
    /// <summary>Whether the shared store answers; null if there is none and this instance counts alone.</summary>
    bool? IsReachable { get; }
}
