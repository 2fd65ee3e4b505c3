using System.Collections.Concurrent;

namespace S3Auth.Infrastructure.Signatures;

/// <summary>
/// Cache of hotkeys with their tables. Only a registration on the chain or a valid signature adds an entry. If the cache is full, it
/// evicts a random entry. Evicting the oldest one would evict every hotkey before its next signature if more hotkeys than the capacity
/// sign in turn.
/// </summary>
/// <param name="capacity">The maximum number of hotkeys. An entry takes about 4 KB.</param>
internal sealed class KnownHotkeys(int capacity)
{
    private readonly ConcurrentDictionary<AccountId, KnownHotkey> _entries = new();
    private readonly List<AccountId> _accounts = [];
    private readonly Lock _lock = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _accounts.Count;
            }
        }
    }

    /// <summary>Finds an entry, without a lock.</summary>
    public KnownHotkey? Find(AccountId account) => _entries.GetValueOrDefault(account);

    /// <summary>Adds an entry, unless another request has just added one for the same account.</summary>
    public void Add(AccountId account, KnownHotkey hotkey)
    {
        lock (_lock)
        {
            if (!_entries.TryAdd(account, hotkey))
            {
                return;
            }

            if (_accounts.Count < capacity)
            {
                _accounts.Add(account);
                return;
            }

            var evicted = RandomNumberGenerator.GetInt32(capacity);
            _entries.TryRemove(_accounts[evicted], out _);
            _accounts[evicted] = account;
        }
    }
}
