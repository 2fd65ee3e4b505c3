namespace S3Auth.Infrastructure.Sealing;

/// <summary>
/// The current keys: the newest one seals, all of them open. There is more than one only after the instances changed to another key.
/// </summary>
internal sealed class SealKeys(SealKey first)
{
    private const int MaxKeys = 4;

    // Replaced as a whole, so that readers need no lock.
    private volatile SealKey[] _keys = [first];

    /// <summary>The key that seals.</summary>
    internal SealKey Current => _keys[0];

    /// <summary>Every key that opens, the newest first.</summary>
    internal IReadOnlyList<SealKey> All => _keys;

    /// <summary>Seals with this key from now on. Seals of the last few keys still open. Not thread-safe.</summary>
    internal void Adopt(SealKey key)
    {
        if (!Current.IsSame(key))
        {
            _keys = [key, .. _keys.Where(other => !other.IsSame(key)).Take(MaxKeys - 1)];
        }
    }
}
