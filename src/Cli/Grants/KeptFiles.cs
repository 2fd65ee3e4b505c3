using System.Text.Json;

namespace S3Auth.Cli.Grants;

/// <summary>
/// Keeps between runs: the listing of a miner's folder, if a new listing would cost grants; and which local files are equal to stored ones,
/// so that the next run does not read them again. Thread-safe.
/// </summary>
internal sealed class KeptFiles
{
    // Some file systems store times in steps of two seconds. A file that changed less than two seconds ago can change without a new time.
    private static readonly TimeSpan TimeAccuracy = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan AgePerPage = TimeSpan.FromHours(1);
    private static readonly TimeSpan MaxAge = TimeSpan.FromHours(24);

    private readonly KeptState? _state;
    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly KeptFolder _folder;
    private bool _isChanged;

    /// <param name="state">The files of earlier runs; null to keep nothing.</param>
    /// <param name="coldkey">The coldkey of the miner.</param>
    /// <param name="source">The source; null if the deployment has none.</param>
    /// <param name="time">The clock.</param>
    internal KeptFiles(KeptState? state, AccountId coldkey, string? source, TimeProvider time)
    {
        (_state, _time) = (state, time);
        _name = source is null ? $"files-{coldkey}.json" : $"files-{coldkey}-{source}.json";
        _folder = Read(state, _name);
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
            foreach (var file in files)
            {
                var local = known.GetValueOrDefault(file.Key) is { } earlier && IsSame(earlier, file) ? earlier.Local : null;
                _folder.Files[file.Key] = new KeptFile(file.Size, file.LastModified, file.ETag, local);
            }

            (_folder.ListedAt, _folder.Prefix, _folder.Pages) = (pages > 0 ? _time.GetUtcNow() : null, prefix, pages);
            _isChanged = true;
        }
    }

    /// <summary>Whether a local file was found equal to a stored one, and both are unchanged since.</summary>
    internal bool IsVerified(RemoteFile stored, LocalState local)
    {
        lock (_gate)
        {
            return _folder.Files.GetValueOrDefault(stored.Key) is { Local: { } state } kept && IsSame(kept, stored) && state == local;
        }
    }

    /// <summary>Records that a local file is equal to a stored one.</summary>
    /// <param name="stored">The stored file.</param>
    /// <param name="local">The state of the local file before it was compared.</param>
    internal void SetVerified(RemoteFile stored, LocalState local) =>
        Set(stored.Key, new KeptFile(stored.Size, stored.LastModified, stored.ETag, local));

    /// <summary>Records that this run uploaded a file.</summary>
    /// <param name="uploaded">The stored file.</param>
    /// <param name="local">The state of the local file before the upload; null if the bytes came from elsewhere.</param>
    internal void AddUploaded(UploadedFile uploaded, LocalState? local) =>
        Set(uploaded.Key, new KeptFile(uploaded.Size, _time.GetUtcNow(), uploaded.Md5 ?? "", local));

    /// <summary>Discards the listing, because the store has other files.</summary>
    internal void ForgetListing()
    {
        lock (_gate)
        {
            _isChanged |= _folder.ListedAt is not null;
            _folder.ListedAt = null;
        }
    }

    /// <summary>Writes the changes to the file.</summary>
    internal void Save()
    {
        lock (_gate)
        {
            if (_isChanged && _state is not null)
            {
                _state.Write(_name, JsonSerializer.SerializeToUtf8Bytes(_folder, KeptJson.Default.KeptFolder));
                _isChanged = false;
            }
        }
    }

    private static KeptFolder Read(KeptState? state, string name)
    {
        try
        {
            return state?.Read(name) is { Length: > 0 } bytes
                && JsonSerializer.Deserialize(bytes, KeptJson.Default.KeptFolder) is { Files: not null, Prefix: not null } folder
                ? folder
                : new KeptFolder();
        }
        catch (JsonException)
        {
            return new KeptFolder();
        }
    }

    private static TimeSpan MaxAgeOf(int pages) => pages * AgePerPage < MaxAge ? pages * AgePerPage : MaxAge;

    private static bool IsSame(KeptFile kept, RemoteFile stored) => kept.Size == stored.Size && kept.ETag == stored.ETag;

    private void Set(string key, KeptFile file)
    {
        var isSettled = file.Local is { } local && local.Changed + TimeAccuracy < _time.GetUtcNow().UtcDateTime;
        lock (_gate)
        {
            _folder.Files[key] = isSettled ? file : file with { Local = null };
            _isChanged = true;
        }
    }
}
