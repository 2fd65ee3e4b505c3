namespace S3Auth.Cli.Grants;

/// <summary>The files of a miner's folder, as they are kept between runs.</summary>
internal sealed record KeptFolder
{
    /// <summary>When the folder was listed completely; null if it was not, or if the listing is not used again.</summary>
    public DateTimeOffset? ListedAt { get; set; }

    /// <summary>The number of pages, each of which cost a grant.</summary>
    public int Pages { get; set; }

    /// <summary>The prefix of the listing.</summary>
    public string Prefix { get; set; } = "";

    /// <summary>The files by key.</summary>
    public Dictionary<string, KeptFile> Files { get; init; } = new(StringComparer.Ordinal);
}

/// <summary>One stored file.</summary>
/// <param name="Size">The size in bytes.</param>
/// <param name="Modified">When it was stored, by the store's clock.</param>
/// <param name="ETag">The ETag; empty if it is not known, because this program uploaded the file in parts.</param>
/// <param name="Local">The local file with the same bytes; null if none was compared.</param>
internal sealed record KeptFile(long Size, DateTimeOffset Modified, string ETag, LocalState? Local);

/// <summary>The state of a local file that was compared.</summary>
/// <param name="Size">The size in bytes.</param>
/// <param name="Changed">When it last changed, as <see cref="FileTimes.LastChangeUtc"/> says.</param>
internal readonly record struct LocalState(long Size, DateTime Changed)
{
    // Some file systems store times in steps of two seconds. A file that changed less than two seconds ago can change without a new time.
    private static readonly TimeSpan TimeAccuracy = TimeSpan.FromSeconds(2);

    /// <summary>Returns the state of a file; null if the file may change without a new time.</summary>
    /// <param name="file">The file.</param>
    /// <param name="now">The time, before anything reads the file.</param>
    internal static LocalState? Of(FileInfo file, DateTimeOffset now)
    {
        var changed = FileTimes.LastChangeUtc(file);
        return changed + TimeAccuracy < now.UtcDateTime ? new LocalState(file.Length, changed) : null;
    }
}
