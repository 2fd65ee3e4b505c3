namespace S3Auth.Client.Downloads;

/// <summary>A page of a listing: which request it answered, its keys, and the newer URLs that were asked for since.</summary>
internal sealed class ListedPage(FileOwner owner, string? source, string? prefix, string? cursor)
{
    internal FileOwner Owner => owner;

    internal string? Source => source;

    internal string? Prefix => prefix;

    internal string? Cursor => cursor;

    /// <summary>The keys of it that can be asked for by their text, in its order.</summary>
    internal IReadOnlyList<string> Keys { get; set; } = [];

    /// <summary>Held by whoever reads or writes the following.</summary>
    internal SemaphoreSlim Gate { get; } = new(1);

    /// <summary>Files with newer URLs, by their identity, and when they were asked for.</summary>
    internal Dictionary<string, (RemoteFile File, DateTimeOffset AskedAt)> Renewed { get; } = new(StringComparer.Ordinal);

    /// <summary>How many of its files were looked for one by one.</summary>
    internal int Finds { get; set; }

    /// <summary>Why the last renewal failed, and when.</summary>
    internal (Exception Exception, DateTimeOffset At)? Failure { get; set; }
}
