namespace S3Auth.Cli.Transfers;

/// <summary>Selects files of an owner.</summary>
/// <param name="Source">Selects files of this source; null for all.</param>
/// <param name="Prefix">Selects keys that begin with this, with or without the miner's folder; null for all.</param>
/// <param name="After">Selects files that were uploaded at this time or later; null for all.</param>
/// <param name="Before">Selects files that were uploaded before this time; null for all.</param>
internal sealed record FileFilter(string? Source, string? Prefix, DateTimeOffset? After, DateTimeOffset? Before)
{
    /// <summary>Whether the time of a file is in range. The server selects by source and prefix.</summary>
    internal bool Matches(RemoteFile file) =>
        (After is not { } after || file.LastModified >= after) && (Before is not { } before || file.LastModified < before);
}
