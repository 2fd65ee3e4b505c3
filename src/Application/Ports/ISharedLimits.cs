namespace S3Auth.Application.Ports;

/// <summary>Where used proofs and grants are counted for all instances together, if anywhere.</summary>
public interface ISharedLimits
{
    /// <summary>Whether it answers; null where this instance counts for itself alone.</summary>
    bool? IsReachable { get; }
}
