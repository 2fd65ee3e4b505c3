using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Remembers used proofs in this process. Proofs that expire within the same ten seconds share a slot, and an expired slot is removed as a
/// whole. Returns <see cref="ProofUse.Unknown"/> if it cannot know whether a proof was used: if <see cref="Capacity"/> is reached, or if
/// the proof belongs to a slot that was removed before the clock was set back. It does not know what an earlier process saw; use
/// Redis for that.
/// </summary>
internal sealed class MemoryReplayGuard : IReplayGuard, IDisposable
{
    /// <summary>The maximum number of proofs. They take up to 170 MB: 26,000 per second for the whole access window.</summary>
    internal const int Capacity = 8_000_000;

    private const int SlotSeconds = 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, ProofSet> _slots = [];
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly UInt128 _secret = MemoryMarshal.Read<UInt128>(RandomNumberGenerator.GetBytes(16));
    private long _lastRemoved = long.MinValue;
    private long _earliest = long.MaxValue;
    private int _count;

    public MemoryReplayGuard(TimeProvider time)
        : this(time, Capacity)
    {
    }

    internal MemoryReplayGuard(TimeProvider time, int capacity)
    {
        _time = time;
        _capacity = capacity;
    }

    /// <summary>The number of remembered proofs.</summary>
    internal int Remembered
    {
        get
        {
            lock (_gate)
            {
                return _count;
            }
        }
    }

    public ValueTask<ProofUse> UseAsync(UsedProof proof, CancellationToken cancellationToken) => new(Use(proof));

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var slot in _slots.Values)
            {
                slot.Dispose();
            }
        }
    }

    internal ProofUse Use(UsedProof proof)
    {
        var end = proof.Until.ToUnixTimeSeconds() / SlotSeconds;
        var number = NumberOf(proof.Key);
        lock (_gate)
        {
            RemoveExpired(_time.GetUtcNow().ToUnixTimeSeconds());

            // Looks into every slot, because a nonce that is signed again with a later time expires in another one.
            foreach (var remembered in _slots.Values)
            {
                if (remembered.Contains(number))
                {
                    return ProofUse.Repeated;
                }
            }

            if (end <= _lastRemoved || _count >= _capacity)
            {
                return ProofUse.Unknown;
            }

            if (!_slots.TryGetValue(end, out var slot))
            {
                _slots.Add(end, slot = new ProofSet());
                _earliest = Math.Min(_earliest, end);
            }

            slot.Add(number);
            _count++;
            return ProofUse.First;
        }
    }

    /// <summary>
    /// Hashes a replay key to 64 bits with a secret of this process. Without the secret, a caller could choose nonces whose proofs collide
    /// in the hash table. Among millions of proofs, two share a hash with a probability of about one in a million; then the second one is
    /// refused.
    /// </summary>
    internal ulong NumberOf(ReplayKey key)
    {
        var mixed = key.Value ^ _secret;
        var high = Math.BigMul((ulong)(mixed >> 64), (ulong)mixed, out var low);
        return high ^ low;
    }

    private void RemoveExpired(long now)
    {
        while (_earliest <= (now / SlotSeconds) - 1)
        {
            _slots.Remove(_earliest, out var slot);
            _lastRemoved = _earliest;
            _count -= slot!.Count;
            slot.Dispose();
            _earliest = _slots.Count > 0 ? _slots.Keys.Min() : long.MaxValue;
        }
    }
}
