namespace S3Auth.DevelopmentStore;

/// <summary>
/// All objects of the bucket in memory, in the order of S3 listings: by the UTF-8 bytes of the key. Thread-safe. A page takes one binary
/// search per common prefix, regardless of the number of keys below it.
/// </summary>
internal sealed class KeyIndex
{
    private readonly Lock _gate = new();
    private List<Entry> _entries = [];

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    /// <summary>Replaces the content with these objects, in any order.</summary>
    public void Load(IEnumerable<StoredObject> objects)
    {
        var entries = objects.Select(stored => new Entry(Encoding.UTF8.GetBytes(stored.Key), stored)).ToList();
        entries.Sort((a, b) => a.Key.AsSpan().SequenceCompareTo(b.Key));
        lock (_gate)
        {
            _entries = entries;
        }
    }

    public StoredObject? Find(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        lock (_gate)
        {
            var i = FirstAtOrAfter(bytes, 0);
            return IsAt(i, bytes) ? _entries[i].Object : null;
        }
    }

    public void Set(StoredObject stored)
    {
        var entry = new Entry(Encoding.UTF8.GetBytes(stored.Key), stored);
        lock (_gate)
        {
            var i = FirstAtOrAfter(entry.Key, 0);
            if (IsAt(i, entry.Key))
            {
                _entries[i] = entry;
            }
            else
            {
                _entries.Insert(i, entry);
            }
        }
    }

    public void Remove(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        lock (_gate)
        {
            var i = FirstAtOrAfter(bytes, 0);
            if (IsAt(i, bytes))
            {
                _entries.RemoveAt(i);
            }
        }
    }

    /// <summary>Returns one page of a listing.</summary>
    /// <param name="prefix">Lists only keys with this prefix.</param>
    /// <param name="delimiter">Groups keys that have this after the prefix into a common prefix; empty for none.</param>
    /// <param name="after">The position to continue after; null for the first page.</param>
    /// <param name="maxItems">The maximum number of keys and common prefixes together.</param>
    public ListPage Page(string prefix, string delimiter, ListPosition? after, int maxItems)
    {
        var prefixBytes = Encoding.UTF8.GetBytes(prefix);
        var delimiterBytes = Encoding.UTF8.GetBytes(delimiter);
        var objects = new List<StoredObject>();
        var commonPrefixes = new List<string>();
        ListPosition? last = null;

        lock (_gate)
        {
            var i = FirstAtOrAfter(prefixBytes, 0);
            if (after is not null)
            {
                var bytes = Encoding.UTF8.GetBytes(after.Text);
                i = Math.Max(i, after.WholePrefix ? FirstBehindPrefix(bytes, 0) : FirstBehind(bytes));
            }

            while (i < _entries.Count && _entries[i].Key.AsSpan().StartsWith(prefixBytes))
            {
                if (objects.Count + commonPrefixes.Count == maxItems)
                {
                    return new ListPage(objects, commonPrefixes, last);
                }

                var entry = _entries[i];
                var cut = delimiterBytes.Length == 0 ? -1 : entry.Key.AsSpan(prefixBytes.Length).IndexOf(delimiterBytes);
                if (cut < 0)
                {
                    objects.Add(entry.Object);
                    last = new ListPosition(entry.Object.Key, WholePrefix: false);
                    i++;
                }
                else
                {
                    var common = entry.Key.AsSpan(0, prefixBytes.Length + cut + delimiterBytes.Length);
                    last = new ListPosition(Encoding.UTF8.GetString(common), WholePrefix: true);
                    commonPrefixes.Add(last.Text);
                    i = FirstBehindPrefix(common, i);
                }
            }
        }

        return new ListPage(objects, commonPrefixes, Next: null);
    }

    private bool IsAt(int i, ReadOnlySpan<byte> key) => i < _entries.Count && _entries[i].Key.AsSpan().SequenceEqual(key);

    private int FirstBehind(ReadOnlySpan<byte> key)
    {
        var i = FirstAtOrAfter(key, 0);
        return IsAt(i, key) ? i + 1 : i;
    }

    private int FirstAtOrAfter(ReadOnlySpan<byte> key, int from)
    {
        var (low, high) = (from, _entries.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            if (_entries[middle].Key.AsSpan().SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private int FirstBehindPrefix(ReadOnlySpan<byte> prefix, int from)
    {
        var (low, high) = (from, _entries.Count);
        while (low < high)
        {
            var middle = low + ((high - low) / 2);
            var key = _entries[middle].Key.AsSpan();
            if (key.SequenceCompareTo(prefix) < 0 || key.StartsWith(prefix))
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private sealed record Entry(byte[] Key, StoredObject Object);
}
