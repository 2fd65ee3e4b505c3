namespace S3Auth.Client.Downloads;

/// <summary>A page of a listing: its request, its keys, and the URLs that were renewed since.</summary>
internal sealed class ListedPage(FileOwner owner, string? source, string? prefix, string? cursor)
{
    internal FileOwner Owner => owner;

    internal string? Source => source;

    internal string? Prefix => prefix;

    internal string? Cursor => cursor;

    /// <summary>The page's keys that can be requested by their text, in its order.</summary>
    internal IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>The lock for the following members.</summary>
    internal SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Files with renewed URLs, by their identity, and when the URLs were renewed.</summary>
    internal Dictionary<string, (RemoteFile File, DateTimeOffset AskedAt)> Renewed { get; } = new(StringComparer.Ordinal);

    /// <summary>How many of its files were looked up one by one.</summary>
    internal int Finds { get; set; }

    /// <summary>Why the last renewal failed, and when.</summary>
    internal (Exception Exception, DateTimeOffset At)? Failure { get; set; }
}
