namespace S3Auth.Cli.Transfers;

/// <summary>Which files are meant, besides whose they are.</summary>
/// <param name="Source">Only of this source.</param>
/// <param name="Prefix">Only those below this, within the miner's folder or with it.</param>
/// <param name="After">Only those uploaded at this time or later.</param>
/// <param name="Before">Only those uploaded before this time.</param>
internal sealed record FileFilter(string? Source, string? Prefix, DateTimeOffset? After, DateTimeOffset? Before)
{
    internal bool Takes(RemoteFile file) => (After is not { } after || file.LastModified >= after) && (Before is not { } before || file.LastModified < before);
}
