namespace S3Auth.Cli.Transfers;

/// <summary>Narrows a listing to what is looked for: each of its pages counts as a grant.</summary>
internal static class KeyPrefix
{
    /// <summary>What all of the keys begin with.</summary>
    internal static string CommonTo(IEnumerable<string> keys)
    {
        string? prefix = null;
        foreach (var key in keys)
        {
            prefix = prefix is null ? key : prefix[..prefix.AsSpan().CommonPrefixLength(key)];
        }

        // Two characters may differ in their second half only.
        return prefix is [.., var last] && char.IsHighSurrogate(last) ? prefix[..^1] : prefix ?? "";
    }
}
