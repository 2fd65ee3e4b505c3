namespace S3Auth.Infrastructure.Limits;

/// <summary>This instance counts for itself.</summary>
internal sealed class NoSharedLimits : ISharedLimits
{
    public bool? IsReachable => null;
}
