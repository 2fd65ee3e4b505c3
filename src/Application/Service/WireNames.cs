namespace S3Auth.Application.Service;

/// <summary>The JSON names of enum values whose names are one word.</summary>
public static class WireNames
{
    /// <summary>Returns the name in lower case.</summary>
    public static string ToName<T>(this T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
