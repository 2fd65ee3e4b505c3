using System.Runtime.InteropServices;

namespace S3Auth.Substrate.Transcript;

/// <summary>
/// The part of STROBE v1.0.2 (https://strobe.sourceforge.io/specs/) at 128-bit security that Merlin uses: AD, meta-AD,
/// PRF and KEY. A plain value: assignment clones it. Assumes a little-endian platform, like the native library.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Strobe128
{
    /// <summary>The number of bytes between two permutations: the rate of 168 (200 − 2·128/8), minus two for STROBE's framing.</summary>
    public const int Rate = 166;

    private KeccakState _state;
    private byte _position;
    private byte _begin;

    public Strobe128(ReadOnlySpan<byte> protocol)
    {
        var state = Bytes(ref _state);
        ReadOnlySpan<byte> domain = [1, Rate + 2, 1, 0, 1, 12 * 8];
        domain.CopyTo(state);
        "STROBEv1.0.2"u8.CopyTo(state[domain.Length..]);
        Keccak.Permute(_state);

        BeginMetaAd();
        Absorb(protocol);
    }

    [Flags]
    private enum Operation : byte
    {
        None = 0,
        Inbound = 1,
        Application = 2,
        Cipher = 4,
        Meta = 16,
    }

    /// <summary>Absorbs two parts as one piece of framing; Merlin frames as label, then length.</summary>
    public void MetaAd(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        BeginMetaAd();
        Absorb(first);
        Absorb(second);
    }

    /// <summary>Absorbs data.</summary>
    public void Ad(ReadOnlySpan<byte> data)
    {
        Begin(Operation.Application);
        Absorb(data);
    }

    /// <summary>Fills the destination with bytes that depend on all absorbed data.</summary>
    public void Prf(Span<byte> destination)
    {
        Begin(Operation.Inbound | Operation.Application | Operation.Cipher);
        while (!destination.IsEmpty)
        {
            var block = NextBlock(destination.Length);
            block.CopyTo(destination);
            block.Clear();
            destination = destination[block.Length..];
            Advance(block.Length);
        }
    }

    /// <summary>Makes all following output depend on a secret, and erases the part of the state that it replaces.</summary>
    public void Key(ReadOnlySpan<byte> secret)
    {
        Begin(Operation.Application | Operation.Cipher);
        while (!secret.IsEmpty)
        {
            var block = NextBlock(secret.Length);
            secret[..block.Length].CopyTo(block);
            secret = secret[block.Length..];
            Advance(block.Length);
        }
    }

    /// <summary>Overwrites the state with zeros; it may have held secrets.</summary>
    public void Clear()
    {
        CryptographicOperations.ZeroMemory(Bytes(ref _state));
        _position = 0;
        _begin = 0;
    }

    private static Span<byte> Bytes(ref KeccakState state) => MemoryMarshal.AsBytes((Span<ulong>)state);

    private static void Xor(Span<byte> target, ReadOnlySpan<byte> source)
    {
        // Processing a long message byte by byte would cost as much as the permutation.
        while (source.Length >= sizeof(ulong))
        {
            MemoryMarshal.Write(target, MemoryMarshal.Read<ulong>(target) ^ MemoryMarshal.Read<ulong>(source));
            target = target[sizeof(ulong)..];
            source = source[sizeof(ulong)..];
        }

        for (var i = 0; i < source.Length; i++)
        {
            target[i] ^= source[i];
        }
    }

    private void BeginMetaAd() => Begin(Operation.Meta | Operation.Application);

    private void Begin(Operation operation)
    {
        ReadOnlySpan<byte> frame = [_begin, (byte)operation];
        _begin = (byte)(_position + 1);
        Absorb(frame);

        // The output of an operation with flag C must depend on the frame that was just absorbed.
        if ((operation & Operation.Cipher) != Operation.None && _position != 0)
        {
            Permute();
        }
    }

    private void Absorb(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var block = NextBlock(data.Length);
            Xor(block, data[..block.Length]);
            data = data[block.Length..];
            Advance(block.Length);
        }
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private Span<byte> NextBlock(int wanted) => Bytes(ref _state).Slice(_position, Math.Min(wanted, Rate - _position));

    private void Advance(int count)
    {
        _position += (byte)count;
        if (_position == Rate)
        {
            Permute();
        }
    }

    private void Permute()
    {
        var state = Bytes(ref _state);
        state[_position] ^= _begin;
        state[_position + 1] ^= 0x04;
        state[Rate + 1] ^= 0x80;
        Keccak.Permute(_state);
        _position = 0;
        _begin = 0;
    }
}
