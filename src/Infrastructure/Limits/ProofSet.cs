using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Hash set of 64-bit numbers with open addressing in native memory, so that the garbage collector need not scan millions of entries. Not
/// thread-safe. A number is its own hash, so the caller must make sure that clients cannot choose numbers
/// (<see cref="MemoryReplayGuard.NumberOf"/>). Colliding numbers would make each operation linear.
/// </summary>
internal sealed unsafe class ProofSet : IDisposable
{
    private const int MinSlots = 1024;

    // Marks an empty slot. The number 0 itself is kept in _hasZero.
    private const ulong Empty = 0;

    private ulong* _slots;
    private int _mask;
    private bool _hasZero;

    public ProofSet() => Allocate(MinSlots);

    /// <summary>The number of entries.</summary>
    internal int Count { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(_slots);
        _slots = null;
    }

    internal bool Contains(ulong number)
    {
        ObjectDisposedException.ThrowIf(_slots is null, this);
        return number == Empty ? _hasZero : *Find(number) != Empty;
    }

    /// <summary>Adds a number. Returns false if the set already contains it.</summary>
    /// <exception cref="OutOfMemoryException">There is not enough memory to grow. The set is unchanged.</exception>
    internal bool Add(ulong number)
    {
        if (Contains(number))
        {
            return false;
        }

        // A load factor of at most 3/4 keeps look-ups to one or two steps. Grows before adding, so that a failure changes nothing.
        if (Count >= _mask / 4 * 3)
        {
            Grow();
        }

        Count++;
        if (number == Empty)
        {
            return _hasZero = true;
        }

        *Find(number) = number;
        return true;
    }

    /// <summary>Returns the slot of the number, or the empty slot for it.</summary>
    private ulong* Find(ulong number)
    {
        var slot = (int)number & _mask;
        while (_slots[slot] != Empty && _slots[slot] != number)
        {
            slot = (slot + 1) & _mask;
        }

        return _slots + slot;
    }

    private void Grow()
    {
        var old = _slots;
        var count = _mask + 1;
        Allocate(checked(count * 2));
        foreach (var number in new ReadOnlySpan<ulong>(old, count))
        {
            if (number != Empty)
            {
                *Find(number) = number;
            }
        }

        NativeMemory.Free(old);
    }

    private void Allocate(int slots)
    {
        _slots = (ulong*)NativeMemory.AllocZeroed((nuint)slots, sizeof(ulong));
        _mask = slots - 1;
    }
}
