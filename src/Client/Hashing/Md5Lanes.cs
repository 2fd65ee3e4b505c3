using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace S3Auth.Client.Hashing;

/// <summary>
/// The MD5 compression function for up to eight messages at once, one in each lane of a vector. MD5 cannot be parallelized within a
/// message, so one at a time would take most of the CPU of a large upload. Specification: RFC 1321.
/// </summary>
internal static class Md5Lanes
{
    /// <summary>The size of a block in bytes.</summary>
    internal const int BlockSize = 64;

    /// <summary>The maximum number of messages.</summary>
    internal const int Count = 8;

    private const int WordsOfBlock = BlockSize / sizeof(uint);

    // Blocks whose words are rearranged at once, so that they stay in the cache.
    private const int MaxBlocks = 64;

    private static readonly uint[] Sines =
        [.. Enumerable.Range(1, 64).Select(number => (uint)(Math.Abs(Math.Sin(number)) * (1L << 32)))];

    /// <summary>Compresses the first blocks of each text into the state of its message.</summary>
    /// <param name="states">The four words of each message's state.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="length">The number of bytes: a multiple of <see cref="BlockSize"/>.</param>
    internal static void Compress(IReadOnlyList<uint[]> states, IReadOnlyList<ReadOnlyMemory<byte>> texts, int length)
    {
        Span<uint> words = stackalloc uint[MaxBlocks * WordsOfBlock * Count];
        Span<uint> state = stackalloc uint[4 * Count];
        for (var lane = 0; lane < states.Count; lane++)
        {
            for (var i = 0; i < 4; i++)
            {
                state[(i * Count) + lane] = states[lane][i];
            }
        }

        for (int offset = 0, blocks = 0; offset < length; offset += blocks * BlockSize)
        {
            blocks = Math.Min(MaxBlocks, (length - offset) / BlockSize);
            for (var lane = 0; lane < texts.Count; lane++)
            {
                Spread(MemoryMarshal.Cast<byte, uint>(texts[lane].Span.Slice(offset, blocks * BlockSize)), words[lane..]);
            }

            Compress(state, words[..(blocks * WordsOfBlock * Count)]);
        }

        for (var lane = 0; lane < states.Count; lane++)
        {
            for (var i = 0; i < 4; i++)
            {
                states[lane][i] = state[(i * Count) + lane];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Spread(ReadOnlySpan<uint> text, Span<uint> lane)
    {
        ref var target = ref MemoryMarshal.GetReference(lane);
        for (var i = 0; i < text.Length; i++)
        {
            Unsafe.Add(ref target, i * Count) = text[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Compress(Span<uint> state, ReadOnlySpan<uint> words)
    {
        ref var word = ref MemoryMarshal.GetReference(words);
        ref var sine = ref MemoryMarshal.GetArrayDataReference(Sines);
        var a = Vector256.Create(state);
        var b = Vector256.Create(state[Count..]);
        var c = Vector256.Create(state[(2 * Count)..]);
        var d = Vector256.Create(state[(3 * Count)..]);
        for (var block = 0; block < words.Length; block += WordsOfBlock * Count)
        {
            var (a0, b0, c0, d0) = (a, b, c, d);
            for (var i = 0; i < 16; i += 4)
            {
                a = Step(a, b, d ^ (b & (c ^ d)), i, i, 7, ref word, ref sine);
                d = Step(d, a, c ^ (a & (b ^ c)), i + 1, i + 1, 12, ref word, ref sine);
                c = Step(c, d, b ^ (d & (a ^ b)), i + 2, i + 2, 17, ref word, ref sine);
                b = Step(b, c, a ^ (c & (d ^ a)), i + 3, i + 3, 22, ref word, ref sine);
            }

            for (var i = 16; i < 32; i += 4)
            {
                a = Step(a, b, c ^ (d & (b ^ c)), i, (5 * i) + 1, 5, ref word, ref sine);
                d = Step(d, a, b ^ (c & (a ^ b)), i + 1, (5 * i) + 6, 9, ref word, ref sine);
                c = Step(c, d, a ^ (b & (d ^ a)), i + 2, (5 * i) + 11, 14, ref word, ref sine);
                b = Step(b, c, d ^ (a & (c ^ d)), i + 3, (5 * i) + 16, 20, ref word, ref sine);
            }

            for (var i = 32; i < 48; i += 4)
            {
                a = Step(a, b, b ^ c ^ d, i, (3 * i) + 5, 4, ref word, ref sine);
                d = Step(d, a, a ^ b ^ c, i + 1, (3 * i) + 8, 11, ref word, ref sine);
                c = Step(c, d, d ^ a ^ b, i + 2, (3 * i) + 11, 16, ref word, ref sine);
                b = Step(b, c, c ^ d ^ a, i + 3, (3 * i) + 14, 23, ref word, ref sine);
            }

            for (var i = 48; i < 64; i += 4)
            {
                a = Step(a, b, c ^ (b | ~d), i, 7 * i, 6, ref word, ref sine);
                d = Step(d, a, b ^ (a | ~c), i + 1, (7 * i) + 7, 10, ref word, ref sine);
                c = Step(c, d, a ^ (d | ~b), i + 2, (7 * i) + 14, 15, ref word, ref sine);
                b = Step(b, c, d ^ (c | ~a), i + 3, (7 * i) + 21, 21, ref word, ref sine);
            }

            (a, b, c, d) = (a + a0, b + b0, c + c0, d + d0);
            word = ref Unsafe.Add(ref word, WordsOfBlock * Count);
        }

        a.CopyTo(state);
        b.CopyTo(state[Count..]);
        c.CopyTo(state[(2 * Count)..]);
        d.CopyTo(state[(3 * Count)..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Step(
        Vector256<uint> sum,
        Vector256<uint> previous,
        Vector256<uint> mixed,
        int step,
        int index,
        int rotation,
        ref uint word,
        ref uint sine)
    {
        sum += mixed + Vector256.Create(Unsafe.Add(ref sine, step)) + Vector256.LoadUnsafe(ref word, (nuint)((index & 15) * Count));
        return previous + ((sum << rotation) | (sum >>> (32 - rotation)));
    }
}
