namespace S3Auth.Infrastructure;

/// <summary>Names for tracing.</summary>
public static class ActivitySources
{
    /// <summary>The name of the activity source of all spans of the server.</summary>
    public const string Name = "S3Auth";
}
