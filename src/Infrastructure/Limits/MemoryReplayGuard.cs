using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Remembers used proofs in this process, those that end in the same ten seconds together, and forgets them together once all of them
/// have ended. Where it cannot tell whether a proof was used before, it says so and never that it was not: while so many are remembered
/// that no more fit, and of proofs that end when forgotten ones did, after the clock was set back. What a process before this one used
/// is not remembered: for that there is Redis.
/// </summary>
internal sealed class MemoryReplayGuard : IReplayGuard, IDisposable
{
    /// <summary>How many proofs are remembered at most, in up to 170 MB: 26,000 a second for as long as they last.</summary>
    internal const int Capacity = 8_000_000;

    private const int SlotSeconds = 10;

    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, ProofSet> _slots = [];
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private readonly UInt128 _secret = MemoryMarshal.Read<UInt128>(RandomNumberGenerator.GetBytes(16));
    private long _forgotten = long.MinValue;
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

    /// <summary>How many proofs are remembered.</summary>
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
            Forget(_time.GetUtcNow().ToUnixTimeSeconds());

            if (_slots.TryGetValue(end, out var slot) && slot.Contains(number))
            {
                return ProofUse.Repeated;
            }

            if (end <= _forgotten || _count >= _capacity)
            {
                return ProofUse.Unknown;
            }

            if (slot is null)
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
    /// What a proof is remembered as. Callers choose their nonces, and by trying many could choose where the proofs of them stand, all in one
    /// place; so a secret of this process goes into it. Half of a key is enough: that two of some millions share it is one chance in a million,
    /// and then one more is refused.
    /// </summary>
    internal ulong NumberOf(ReplayKey key)
    {
        var mixed = key.Value ^ _secret;
        var high = Math.BigMul((ulong)(mixed >> 64), (ulong)mixed, out var low);
        return high ^ low;
    }

    private void Forget(long now)
    {
        while (_earliest <= (now / SlotSeconds) - 1)
        {
            _slots.Remove(_earliest, out var slot);
            _forgotten = _earliest;
            _count -= slot!.Count;
            slot.Dispose();
            _earliest = _slots.Count > 0 ? _slots.Keys.First() : long.MaxValue;
        }
    }
}
