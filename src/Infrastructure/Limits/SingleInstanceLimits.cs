namespace S3Auth.Infrastructure.Limits;

/// <summary>Limits of a server without Redis: this instance counts on its own.</summary>
internal sealed class SingleInstanceLimits : ISharedLimits
{
    public bool? IsReachable => null;
}
