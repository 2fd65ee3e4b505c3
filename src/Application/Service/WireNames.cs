namespace S3Auth.Application.Service;

/// <summary>The JSON names of enum values whose names are one word.</summary>
public static class WireNames
{
    /// <summary>Returns the name in lower case.</summary>
    /// <exception cref="KeyNotFoundException">The enum has no such value.</exception>
    public static string ToName<T>(this T value)
        where T : struct, Enum => LowerCase<T>.Names[value];

    // Computed once for each enum.
    private static class LowerCase<T>
        where T : struct, Enum
    {
        internal static readonly Dictionary<T, string> Names =
            Enum.GetValues<T>().ToDictionary(value => value, value => value.ToString().ToLowerInvariant());
    }
}
