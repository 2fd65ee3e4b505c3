using System.Text.Json;

namespace S3Auth.Cli.Grants;

/// <summary>
/// Keeps between runs: the listing of a miner's folder, if a new listing would cost grants; and which local files are equal to stored ones,
/// so that the next run does not read them again. Thread-safe.
/// </summary>
internal sealed class KeptFiles
{
    private static readonly TimeSpan AgePerPage = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    private readonly KeptState? _state;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();

    // The keys that this run set, whether it uploaded them, and what was known of them before.
    private readonly Dictionary<string, (bool IsUploaded, KeptFile? Before)> _set = new(StringComparer.Ordinal);
    private KeptFolder _folder;
    private byte[] _read;
    private bool _isListed;
    private bool _isForgotten;
    private bool _isChanged;

    /// <param name="state">The files of earlier runs; null to keep nothing.</param>
    /// <param name="coldkey">The coldkey of the miner.</param>
    /// <param name="source">The source; null if the deployment has none.</param>
    /// <param name="time">The clock.</param>
    internal KeptFiles(KeptState? state, AccountId coldkey, string? source, TimeProvider time)
    {
        (_state, _time) = (state, time);
        _name = source is null ? $"files-{coldkey}.json" : $"files-{coldkey}-{source}.json";
        (_folder, _read) = Read(state, _name);
    }

    /// <summary>
    /// Returns the files of an earlier listing; null if there is none for this prefix, or if it is too old. A listing may be one hour old
    /// for each page, at most 24 hours, so that listings cost at most 24 grants a day.
    /// </summary>
    internal IReadOnlyDictionary<string, KeptFile>? FindListing(string prefix)
    {
        var now = _time.GetUtcNow();
        lock (_gate)
        {
            return _folder.ListedAt is { } at && at <= now && now < at + MaxAgeOf(_folder.Pages)
                && prefix.StartsWith(_folder.Prefix, StringComparison.Ordinal)
                ? new Dictionary<string, KeptFile>(_folder.Files, StringComparer.Ordinal)
                : null;
        }
    }

    /// <summary>Replaces what is known by a listing.</summary>
    /// <param name="files">The files.</param>
    /// <param name="prefix">The prefix of the listing.</param>
    /// <param name="pages">The number of pages; 0 if the listing cost nothing, so that the next run lists again.</param>
    internal void SetListing(IReadOnlyList<RemoteFile> files, string prefix, int pages)
    {
        lock (_gate)
        {
            var known = new Dictionary<string, KeptFile>(_folder.Files, StringComparer.Ordinal);
            _folder.Files.Clear();
            foreach (var file in files.Where(file => file.HasTextKey))
            {
                var local = known.GetValueOrDefault(file.Key) is { } earlier && IsSame(earlier, file) ? earlier.Local : null;
                _folder.Files[file.Key] = new KeptFile(file.Size, file.LastModified, file.ETag, local);
            }

            (_folder.ListedAt, _folder.Prefix, _folder.Pages) = (pages > 0 ? _time.GetUtcNow() : null, prefix, pages);
            (_isListed, _isChanged) = (true, true);
        }
    }

    /// <summary>Whether a local file was found equal to a stored one, and both are unchanged since.</summary>
    internal bool IsVerified(RemoteFile stored, LocalState? local)
    {
        lock (_gate)
        {
            return _folder.Files.GetValueOrDefault(stored.Key) is { Local: { } state } kept && IsSame(kept, stored) && state == local;
        }
    }

    /// <summary>Records that a local file is equal to a stored one.</summary>
    /// <param name="stored">The stored file.</param>
    /// <param name="local">The state of the local file before it was compared; null if it may change without a new time.</param>
    internal void SetVerified(RemoteFile stored, LocalState? local) =>
        Set(stored.Key, new KeptFile(stored.Size, stored.LastModified, stored.ETag, local), isUploaded: false);

    /// <summary>Records that this run uploaded a file.</summary>
    /// <param name="uploaded">The stored file.</param>
    /// <param name="local">
    /// The state of the local file before the upload; null if it may change without a new time, or if the bytes came from elsewhere.
    /// </param>
    internal void AddUploaded(UploadedFile uploaded, LocalState? local) =>
        Set(uploaded.Key, new KeptFile(uploaded.Size, _time.GetUtcNow(), uploaded.Md5 ?? "", local), isUploaded: true);

    /// <summary>Discards the listing, because the store has other files.</summary>
    internal void ForgetListing()
    {
        lock (_gate)
        {
            _isChanged |= _folder.ListedAt is not null;
            (_folder.ListedAt, _isForgotten) = (null, true);
        }
    }

    /// <summary>Writes the changes to the file. Keeps the changes that another run has made meanwhile.</summary>
    internal void Save()
    {
        lock (_gate)
        {
            if (_isChanged && _state is not null)
            {
                Merge();
                var content = JsonSerializer.SerializeToUtf8Bytes(_folder, KeptJson.Default.KeptFolder);
                _state.Write(_name, content);
                _read = SHA256.HashData(content);
                (_isListed, _isForgotten, _isChanged) = (false, false, false);
                _set.Clear();
            }
        }
    }

    private static (KeptFolder Folder, byte[] Hash) Read(KeptState? state, string name)
    {
        var bytes = state?.Read(name) ?? [];
        try
        {
            var folder = bytes.Length > 0
                && JsonSerializer.Deserialize(bytes, KeptJson.Default.KeptFolder) is { Files: not null, Prefix: not null } kept
                && kept.Files.Values.All(file => file is { ETag: not null })
                ? kept
                : new KeptFolder();
            return (folder, SHA256.HashData(bytes));
        }
        catch (JsonException)
        {
            return (new KeptFolder(), SHA256.HashData(bytes));
        }
    }

    private void Merge()
    {
        var (other, hash) = Read(_state, _name);
        if (_isListed)
        {
            // Another run may have uploaded files after this one had listed the folder.
            _folder.ListedAt = hash.AsSpan().SequenceEqual(_read) ? _folder.ListedAt : null;
            return;
        }

        foreach (var (key, (isUploaded, before)) in _set)
        {
            // A file that another run replaced is not the one that this run compared.
            if (isUploaded || (other.Files.GetValueOrDefault(key) is { } now && (now == before || IsSame(now, _folder.Files[key]))))
            {
                other.Files[key] = _folder.Files[key];
            }
        }

        other.ListedAt = _isForgotten ? null : other.ListedAt;
        _folder = other;
    }

    private static TimeSpan MaxAgeOf(int pages) => pages < MaxAge / AgePerPage ? pages * AgePerPage : MaxAge;

    private static bool IsSame(KeptFile kept, RemoteFile stored) => kept.Size == stored.Size && kept.ETag == stored.ETag;

    private static bool IsSame(KeptFile one, KeptFile other) => one.Size == other.Size && one.ETag == other.ETag;

    private void Set(string key, KeptFile file, bool isUploaded)
    {
        lock (_gate)
        {
            _set[key] = _set.TryGetValue(key, out var earlier)
                ? (isUploaded || earlier.IsUploaded, earlier.Before)
                : (isUploaded, _folder.Files.GetValueOrDefault(key));
            _folder.Files[key] = file;
            _isChanged = true;
        }
    }
}
