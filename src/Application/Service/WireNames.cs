namespace S3Auth.Application.Service;

/// <summary>The JSON names of enum values whose names are one word.</summary>
public static class WireNames
{
    /// <summary>Returns the name in lower case.</summary>
    public static string ToName<T>(this T value)
        where T : struct, Enum => Names<T>.Of[value];

    private static class Names<T>
        where T : struct, Enum
    {
        internal static readonly Dictionary<T, string> Of =
            Enum.GetValues<T>().ToDictionary(value => value, value => value.ToString().ToLowerInvariant());
    }
}
