namespace S3Auth.Infrastructure;

/// <summary>What this service's own spans are found by.</summary>
public static class ActivitySources
{
    /// <summary>The name of the source of all of them.</summary>
    public const string Name = "S3Auth";
}
