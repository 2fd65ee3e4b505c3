using System.Runtime.InteropServices;

namespace S3Auth.Infrastructure.Limits;

/// <summary>
/// Numbers, each at most once, outside of the heap that is collected: there may be millions of them, and they all go at once. Not for
/// several threads at once. A number's own bits say where it stands, so who adds them sees to it that nobody can choose them
/// (<see cref="MemoryReplayGuard"/>): numbers that crowd make each step as long as there are numbers.
/// </summary>
internal sealed unsafe class ProofSet : IDisposable
{
    private const int LeastPlaces = 1024;

    // Stands for an empty place, and so has none itself.
    private const ulong None = 0;

    private ulong* _places;
    private int _mask;
    private bool _hasNone;

    public ProofSet() => Allocate(LeastPlaces);

    /// <summary>How many there are.</summary>
    internal int Count { get; private set; }

    public void Dispose()
    {
        NativeMemory.Free(_places);
        _places = null;
    }

    internal bool Contains(ulong number)
    {
        ObjectDisposedException.ThrowIf(_places is null, this);
        return number == None ? _hasNone : *Find(number) != None;
    }

    /// <summary>Adds a number; false when it is there already.</summary>
    /// <exception cref="OutOfMemoryException">There is no memory for more; those that are there stay.</exception>
    internal bool Add(ulong number)
    {
        if (Contains(number))
        {
            return false;
        }

        // Three quarters: one look finds a number, or two. Before the number is in: where there is no memory, nothing has changed.
        if (Count >= _mask / 4 * 3)
        {
            Grow();
        }

        Count++;
        if (number == None)
        {
            return _hasNone = true;
        }

        *Find(number) = number;
        return true;
    }

    /// <summary>Where the number stands, or the empty place where it would.</summary>
    private ulong* Find(ulong number)
    {
        var place = (int)number & _mask;
        while (_places[place] != None && _places[place] != number)
        {
            place = (place + 1) & _mask;
        }

        return _places + place;
    }

    private void Grow()
    {
        var old = _places;
        var count = _mask + 1;
        Allocate(checked(count * 2));
        foreach (var number in new ReadOnlySpan<ulong>(old, count))
        {
            if (number != None)
            {
                *Find(number) = number;
            }
        }

        NativeMemory.Free(old);
    }

    private void Allocate(int places)
    {
        _places = (ulong*)NativeMemory.AllocZeroed((nuint)places, sizeof(ulong));
        _mask = places - 1;
    }
}
