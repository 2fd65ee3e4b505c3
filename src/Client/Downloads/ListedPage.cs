namespace S3Auth.Client.Downloads;

/// <summary>One page of a listing: its request, its keys, and its renewed URLs.</summary>
internal sealed class ListedPage(FileOwner owner, string? source, string? prefix, string? cursor)
{
    internal FileOwner Owner => owner;

    internal string? Source => source;

    internal string? Prefix => prefix;

    internal string? Cursor => cursor;

    /// <summary>The keys that can be requested by their text, in the order of the page.</summary>
    internal IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Guards the following members.</summary>
    internal SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Files with renewed URLs by identity, with the time of the renewal.</summary>
    internal Dictionary<string, (RemoteFile File, DateTimeOffset AskedAt)> Renewed { get; } = new(StringComparer.Ordinal);

    /// <summary>How many files of the page were looked up one by one.</summary>
    internal int Lookups { get; set; }

    /// <summary>The failure of the last renewal, with its time; null if it did not fail.</summary>
    internal (Exception Exception, DateTimeOffset At)? Failure { get; set; }
}
