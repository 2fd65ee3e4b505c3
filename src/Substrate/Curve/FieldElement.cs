using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace S3Auth.Substrate.Curve;

//  The field of integers modulo p = 2^255 - 19
//
//  In variable time and for public inputs only: the verification of signatures. Signing and key derivation use libsodium.
//
//  References:
//
//      RFC 7748, section 4.1 (the prime); RFC 9496, sections 3.1 and 4.2 (negative elements, square roots)
//
//      D. J. Bernstein et al., High-speed high-security signatures, section 3 (five limbs of 51 bits)
//
//  Representation:
//
//      The element is l0 + 2^51·l1 + 2^102·l2 + 2^153·l3 + 2^204·l4 modulo p. The limbs have 64 bits, so an element has many
//      representations, and sums need no carries. Only ToBytes computes the canonical one, from 0 to p - 1.
//
//  Bounds of the limbs, from which it follows that no carry is lost:
//
//      Reduced - below 2^51 + 2^18. What a product, a square, a negation, Reduce and FromBytes return.
//
//      Input - below 2^54. What products, squares, Reduce and ToBytes take. The sum of seven reduced elements is an input.
//
//      a + b - below the sum of both bounds.
//
//      a - b - is a + 4p - b, so that no limb is negative. The limbs of 4p are 2^53 - 76 and four times 2^53 - 4, so b must be
//          below 2^53 - 76: at most three reduced elements. The difference is below a's bound + 2^53.
//
//      Debug builds assert all of them.

/// <summary>An element of the field modulo 2^255 − 19. Its operations run in variable time.</summary>
internal readonly struct FieldElement
{
    /// <summary>The size of an encoded element, in bytes.</summary>
    public const int Size = 32;

    private const int LimbBits = 51;
    private const ulong LimbMask = (1UL << LimbBits) - 1;

    /// <summary>All limbs that are multiplied are below 2^54, so a product of two is below 2^108.</summary>
    private const int InputBits = 54;

    /// <summary>How far one factor is shifted, so that the high word of a product begins at bit 54 and the low word ends there.</summary>
    private const int Shift = 64 - InputBits;

    /// <summary>The weight of bit 54 of a product in the next limb, which begins at bit 51.</summary>
    private const ulong HighWeight = 1UL << (InputBits - LimbBits);

    private const ulong LowLimbOf4P = (1UL << 53) - 76;
    private const ulong OtherLimbOf4P = (1UL << 53) - 4;

    public static readonly FieldElement Zero = FromLimbs(0, 0, 0, 0, 0);
    public static readonly FieldElement One = FromLimbs(1, 0, 0, 0, 0);

    /// <summary>A square root of −1, which is not negative: 2^((p − 1) / 4), because 2 is not a square.</summary>
    public static readonly FieldElement SqrtMinusOne = Square(PowerOfEighth(One + One)) * (One + One);

    private readonly ulong _l0;
    private readonly ulong _l1;
    private readonly ulong _l2;
    private readonly ulong _l3;
    private readonly ulong _l4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private FieldElement(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4)
    {
        _l0 = l0;
        _l1 = l1;
        _l2 = l2;
        _l3 = l3;
        _l4 = l4;
    }

    /// <summary>Whether the canonical representation is odd, which is what RFC 9496 calls negative.</summary>
    public bool IsNegative
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            ToBytes(bytes);
            return (bytes[0] & 1) != 0;
        }
    }

    /// <summary>Whether the element is zero modulo p.</summary>
    public bool IsZero
    {
        get
        {
            Span<byte> bytes = stackalloc byte[Size];
            ToBytes(bytes);
            return bytes.IndexOfAnyExcept((byte)0) < 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator +(in FieldElement left, in FieldElement right) => new(
        left._l0 + right._l0, left._l1 + right._l1, left._l2 + right._l2, left._l3 + right._l3, left._l4 + right._l4);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static FieldElement operator -(in FieldElement left, in FieldElement right)
    {
        Debug.Assert(right.IsBelow(LowLimbOf4P + 1), "The subtrahend is too large.");
        return new(
            left._l0 + LowLimbOf4P - right._l0, left._l1 + OtherLimbOf4P - right._l1, left._l2 + OtherLimbOf4P - right._l2,
            left._l3 + OtherLimbOf4P - right._l3, left._l4 + OtherLimbOf4P - right._l4);
    }

    /// <summary>The negative element, reduced.</summary>
    public static FieldElement operator -(in FieldElement value) => (Zero - value).Reduce();

    /// <summary>
    /// The product, reduced. Each product of two limbs is split at bit 54. A column has at most 5 products,
    /// and each part is below 2^54, so its sums of low and of high parts fit into 64 bits.
    /// </summary>
    /// <remarks>Optimised at the first call. Otherwise the first verifications of a process take three times as long.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FieldElement operator *(in FieldElement left, in FieldElement right)
    {
        Debug.Assert(left.IsBelow(1UL << InputBits) && right.IsBelow(1UL << InputBits), "A factor is too large.");

        var (a0, a1, a2, a3, a4) = (left._l0, left._l1, left._l2, left._l3, left._l4);
        var b0 = right._l0 << Shift;
        var b1 = right._l1 << Shift;
        var b2 = right._l2 << Shift;
        var b3 = right._l3 << Shift;
        var b4 = right._l4 << Shift;

        var low0 = Low(a0, b0);
        var high0 = High(a0, b0);
        var low1 = Low(a0, b1) + Low(a1, b0);
        var high1 = High(a0, b1) + High(a1, b0);
        var low2 = Low(a0, b2) + Low(a1, b1) + Low(a2, b0);
        var high2 = High(a0, b2) + High(a1, b1) + High(a2, b0);
        var low3 = Low(a0, b3) + Low(a1, b2) + Low(a2, b1) + Low(a3, b0);
        var high3 = High(a0, b3) + High(a1, b2) + High(a2, b1) + High(a3, b0);
        var low4 = Low(a0, b4) + Low(a1, b3) + Low(a2, b2) + Low(a3, b1) + Low(a4, b0);
        var high4 = High(a0, b4) + High(a1, b3) + High(a2, b2) + High(a3, b1) + High(a4, b0);
        var low5 = Low(a1, b4) + Low(a2, b3) + Low(a3, b2) + Low(a4, b1);
        var high5 = High(a1, b4) + High(a2, b3) + High(a3, b2) + High(a4, b1);
        var low6 = Low(a2, b4) + Low(a3, b3) + Low(a4, b2);
        var high6 = High(a2, b4) + High(a3, b3) + High(a4, b2);
        var low7 = Low(a3, b4) + Low(a4, b3);
        var high7 = High(a3, b4) + High(a4, b3);
        var low8 = Low(a4, b4);
        var high8 = High(a4, b4);

        return Fold(
            low0, low1 + (HighWeight * high0), low2 + (HighWeight * high1), low3 + (HighWeight * high2), low4 + (HighWeight * high3),
            low5 + (HighWeight * high4), low6 + (HighWeight * high5), low7 + (HighWeight * high6), low8 + (HighWeight * high7),
            HighWeight * high8);
    }

    /// <summary>The square, reduced: the product of an element with itself, where equal products are computed once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static FieldElement Square(in FieldElement value)
    {
        Debug.Assert(value.IsBelow(1UL << InputBits), "The value is too large.");

        var (a0, a1, a2, a3, a4) = (value._l0, value._l1, value._l2, value._l3, value._l4);
        var b0 = a0 << Shift;
        var b1 = a1 << Shift;
        var b2 = a2 << Shift;
        var b3 = a3 << Shift;
        var b4 = a4 << Shift;

        var low0 = Low(a0, b0);
        var high0 = High(a0, b0);
        var low1 = 2 * Low(a0, b1);
        var high1 = 2 * High(a0, b1);
        var low2 = (2 * Low(a0, b2)) + Low(a1, b1);
        var high2 = (2 * High(a0, b2)) + High(a1, b1);
        var low3 = 2 * (Low(a0, b3) + Low(a1, b2));
        var high3 = 2 * (High(a0, b3) + High(a1, b2));
        var low4 = (2 * (Low(a0, b4) + Low(a1, b3))) + Low(a2, b2);
        var high4 = (2 * (High(a0, b4) + High(a1, b3))) + High(a2, b2);
        var low5 = 2 * (Low(a1, b4) + Low(a2, b3));
        var high5 = 2 * (High(a1, b4) + High(a2, b3));
        var low6 = (2 * Low(a2, b4)) + Low(a3, b3);
        var high6 = (2 * High(a2, b4)) + High(a3, b3);
        var low7 = 2 * Low(a3, b4);
        var high7 = 2 * High(a3, b4);
        var low8 = Low(a4, b4);
        var high8 = High(a4, b4);

        return Fold(
            low0, low1 + (HighWeight * high0), low2 + (HighWeight * high1), low3 + (HighWeight * high2), low4 + (HighWeight * high3),
            low5 + (HighWeight * high4), low6 + (HighWeight * high5), low7 + (HighWeight * high6), low8 + (HighWeight * high7),
            HighWeight * high8);
    }

    /// <summary>The element of 32 bytes, little-endian. The highest bit is ignored; values from p to 2^255 − 1 are accepted.</summary>
    public static FieldElement FromBytes(ReadOnlySpan<byte> bytes)
    {
        var w0 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        var w1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        var w2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        var w3 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
        return new(
            w0 & LimbMask, ((w0 >> 51) | (w1 << 13)) & LimbMask, ((w1 >> 38) | (w2 << 26)) & LimbMask,
            ((w2 >> 25) | (w3 << 39)) & LimbMask, (w3 >> 12) & LimbMask);
    }

    /// <summary>The element with these limbs, each below 2^54.</summary>
    public static FieldElement FromLimbs(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => new(l0, l1, l2, l3, l4);

    /// <summary>1/value, or 0 for 0: the power p − 2 = 8·(p − 5)/8 + 3.</summary>
    public static FieldElement Invert(in FieldElement value)
    {
        var power = Square(Square(Square(PowerOfEighth(value))));
        return power * Square(value) * value;
    }

    /// <summary>
    /// SQRT_RATIO_M1(1, value) of RFC 9496, section 4.2: the square root of 1/value that is not negative. If value is not a square,
    /// returns false, and the root of SqrtMinusOne/value; for zero false and zero.
    /// </summary>
    public static bool TryInvertSqrt(in FieldElement value, out FieldElement root)
    {
        var cube = Square(value) * value;
        root = cube * PowerOfEighth(Square(cube) * value);
        var check = value * Square(root);
        var isRoot = check == One;
        var isFlipped = check == -One;
        if (isFlipped || check == -SqrtMinusOne)
        {
            root *= SqrtMinusOne;
        }

        root = root.Abs();
        return isRoot || isFlipped;
    }

    public static bool operator ==(in FieldElement left, in FieldElement right)
    {
        Span<byte> leftBytes = stackalloc byte[Size];
        Span<byte> rightBytes = stackalloc byte[Size];
        left.ToBytes(leftBytes);
        right.ToBytes(rightBytes);
        return leftBytes.SequenceEqual(rightBytes);
    }

    public static bool operator !=(in FieldElement left, in FieldElement right) => !(left == right);

    /// <summary>The same element, reduced.</summary>
    public FieldElement Reduce()
    {
        Debug.Assert(IsBelow(1UL << InputBits), "The element is too large.");
        return Carry(_l0, _l1, _l2, _l3, _l4);
    }

    /// <summary>The element or its negative: the one that is not negative.</summary>
    public FieldElement Abs() => IsNegative ? -this : this;

    /// <summary>Writes the canonical representation, little-endian. It is below p, so the highest bit is zero.</summary>
    public void ToBytes(Span<byte> destination)
    {
        // Reduced limbs, so the value is below 2p.
        var reduced = Reduce();
        var (l0, l1, l2, l3, l4) = (reduced._l0, reduced._l1, reduced._l2, reduced._l3, reduced._l4);

        // The value is p or more if and only if the value + 19 is 2^255 or more. Then this is 1, otherwise 0.
        var quotient = (l0 + 19) >> LimbBits;
        quotient = (l1 + quotient) >> LimbBits;
        quotient = (l2 + quotient) >> LimbBits;
        quotient = (l3 + quotient) >> LimbBits;
        quotient = (l4 + quotient) >> LimbBits;

        // value − quotient·p = value + 19·quotient − 2^255·quotient; dropping bit 255 at the end subtracts the latter.
        l0 += 19 * quotient;
        l1 += l0 >> LimbBits;
        l2 += l1 >> LimbBits;
        l3 += l2 >> LimbBits;
        l4 += l3 >> LimbBits;
        l0 &= LimbMask;
        l1 &= LimbMask;
        l2 &= LimbMask;
        l3 &= LimbMask;
        l4 &= LimbMask;

        BinaryPrimitives.WriteUInt64LittleEndian(destination, l0 | (l1 << 51));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], (l1 >> 13) | (l2 << 38));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], (l2 >> 26) | (l3 << 25));
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], (l3 >> 39) | (l4 << 12));
    }

    public override bool Equals(object? obj) => obj is FieldElement other && this == other;

    public override int GetHashCode()
    {
        Span<byte> bytes = stackalloc byte[Size];
        ToBytes(bytes);
        return BinaryPrimitives.ReadInt32LittleEndian(bytes);
    }

    /// <summary>The lower 54 bits of a product whose second factor was shifted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Low(ulong left, ulong shiftedRight) => unchecked(left * shiftedRight) >> Shift;

    /// <summary>
    /// The other bits of a product whose second factor was shifted. <c>Math.BigMul</c> writes the lower word to the stack even if it is
    /// not used, which takes more time than computing it anew.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong High(ulong left, ulong shiftedRight) => Bmi2.X64.IsSupported
        ? Bmi2.X64.MultiplyNoFlags(left, shiftedRight)
        : Math.BigMul(left, shiftedRight, out _);

    /// <summary>
    /// Reduces ten columns to five limbs. 2^255 is 19 modulo p, so column 5 + i counts 19 times for limb i. Each column is at most
    /// 5·2^54 + 8·5·2^54 = 45·2^54, so a limb is at most 20·45·2^54 = 900·2^54, which is below 2^64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Fold(
        ulong c0, ulong c1, ulong c2, ulong c3, ulong c4, ulong c5, ulong c6, ulong c7, ulong c8, ulong c9) =>
        Carry(c0 + (19 * c5), c1 + (19 * c6), c2 + (19 * c7), c3 + (19 * c8), c4 + (19 * c9));

    /// <summary>
    /// Adds what exceeds 51 bits to the next limb, all at the same time. Carries are below 2^13, so the limbs are afterwards below
    /// 2^51 + 2^13, and the lowest below 2^51 + 19·2^13, which is below 2^51 + 2^18.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static FieldElement Carry(ulong l0, ulong l1, ulong l2, ulong l3, ulong l4) => new(
        (l0 & LimbMask) + (19 * (l4 >> LimbBits)),
        (l1 & LimbMask) + (l0 >> LimbBits),
        (l2 & LimbMask) + (l1 >> LimbBits),
        (l3 & LimbMask) + (l2 >> LimbBits),
        (l4 & LimbMask) + (l3 >> LimbBits));

    /// <summary>The power (p − 5)/8 = 2^252 − 3. Of each variable, the exponent is 2^n − 1.</summary>
    private static FieldElement PowerOfEighth(in FieldElement value)
    {
        var n2 = Square(value) * value;
        var n4 = SquareTimes(n2, 2) * n2;
        var n5 = Square(n4) * value;
        var n10 = SquareTimes(n5, 5) * n5;
        var n20 = SquareTimes(n10, 10) * n10;
        var n40 = SquareTimes(n20, 20) * n20;
        var n50 = SquareTimes(n40, 10) * n10;
        var n100 = SquareTimes(n50, 50) * n50;
        var n200 = SquareTimes(n100, 100) * n100;
        var n250 = SquareTimes(n200, 50) * n50;

        // 4·(2^250 − 1) + 1 = 2^252 − 3
        return SquareTimes(n250, 2) * value;
    }

    private static FieldElement SquareTimes(FieldElement value, int times)
    {
        for (var i = 0; i < times; i++)
        {
            value = Square(value);
        }

        return value;
    }

    private bool IsBelow(ulong bound) => _l0 < bound && _l1 < bound && _l2 < bound && _l3 < bound && _l4 < bound;
}
