using System.Diagnostics;

namespace S3Auth.Substrate.Curve;

//  Precomputed multiples of a point
//
//      They make a multiplication by a scalar four times as fast as without them. In variable time and for public inputs only.
//
//  References:
//
//      D. Hankerson, A. Menezes, S. Vanstone, Guide to Elliptic Curve Cryptography, sections 3.3.1 (width-w NAF), 3.3.2 (fixed points)
//      and 3.3.3 (several scalars at once)
//
//  Parameters:
//
//      Parts - 8. The scalar's 256 digits are cut into 8 parts of 32 digits, and part j uses multiples of 2^(32·j)·P. So 31 doublings
//          are enough instead of 255, and all scalars of a sum share them.
//
//      Width - w. Digits are zero or odd, between -2^(w-1) and 2^(w-1), and one of w + 1 digits on average is not zero. The table has
//          the multiples 1, 3, 5 … 2^(w-1) - 1 of each part's point.
//
//      Scalars are below the group's order, so below 2^253, and their 256 digits never overflow.

/// <summary>The odd multiples of 2^(32j)·P for j from 0 to 7. Immutable.</summary>
internal sealed class MultiplesTable
{
    private const int Parts = 8;
    private const int PartDigits = 32;
    private const int Digits = Parts * PartDigits;

    /// <summary>For points of keys: 32 points of 120 bytes.</summary>
    public const int KeyWidth = 4;

    /// <summary>For the base point, which exists once: 256 points, 30 KB.</summary>
    private const int BaseWidth = 7;

    public static readonly MultiplesTable Base = new(EdwardsPoint.Base, BaseWidth);

    private readonly int _width;
    private readonly TablePoint[] _points;

    public MultiplesTable(in EdwardsPoint point, int width)
    {
        _width = width;
        var each = 1 << (width - 2);
        var multiples = new EdwardsPoint[Parts * each];
        var first = point;
        for (var part = 0; part < Parts; part++)
        {
            for (var i = 0; part > 0 && i < PartDigits; i++)
            {
                first = first.Double();
            }

            var twice = first.Double();
            multiples[part * each] = first;
            for (var i = 1; i < each; i++)
            {
                multiples[(part * each) + i] = multiples[(part * each) + i - 1].Add(twice);
            }
        }

        _points = Normalize(multiples);
    }

    /// <summary>scalar·P + baseScalar·B, where P is this table's point and B the group's base point.</summary>
    public EdwardsPoint MultiplyAdd(ReadOnlySpan<byte> scalar, ReadOnlySpan<byte> baseScalar)
    {
        Span<sbyte> digits = stackalloc sbyte[Digits];
        Span<sbyte> baseDigits = stackalloc sbyte[Digits];
        Recode(scalar, _width, digits);
        Recode(baseScalar, BaseWidth, baseDigits);

        var sum = EdwardsPoint.Identity;
        for (var i = PartDigits - 1; i >= 0; i--)
        {
            sum = sum.Double();
            for (var part = 0; part < Parts; part++)
            {
                AddMultiple(ref sum, part, digits[(part * PartDigits) + i]);
                Base.AddMultiple(ref sum, part, baseDigits[(part * PartDigits) + i]);
            }
        }

        return sum;
    }

    /// <summary>scalar·P, where P is this table's point.</summary>
    public EdwardsPoint Multiply(ReadOnlySpan<byte> scalar)
    {
        Span<byte> zero = stackalloc byte[Sodium.ElementSize];
        zero.Clear();
        return MultiplyAdd(scalar, zero);
    }

    /// <summary>Divides all points by their Z with one inversion: the product of all Z is inverted, and then taken apart.</summary>
    private static TablePoint[] Normalize(ReadOnlySpan<EdwardsPoint> points)
    {
        var products = new FieldElement[points.Length];
        var product = FieldElement.One;
        for (var i = 0; i < points.Length; i++)
        {
            products[i] = product;
            product *= points[i].Z;
        }

        var inverse = FieldElement.Invert(product);
        var normalized = new TablePoint[points.Length];
        for (var i = points.Length - 1; i >= 0; i--)
        {
            normalized[i] = points[i].ToTable(inverse * products[i]);
            inverse *= points[i].Z;
        }

        return normalized;
    }

    /// <summary>Writes the scalar as the sum of digits[i]·2^i, with digits as the table has them.</summary>
    private static void Recode(ReadOnlySpan<byte> scalar, int width, Span<sbyte> digits)
    {
        Span<ulong> words = stackalloc ulong[5];
        words.Clear();
        for (var i = 0; i < 4; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(scalar[(8 * i)..]);
        }

        digits.Clear();
        var mask = (1UL << width) - 1;
        var carry = 0UL;
        for (var at = 0; at < Digits;)
        {
            // The bits from this position on, of this word and of the next. A shift by 64 would be a shift by 0.
            var (word, bit) = (at / 64, at % 64);
            var bits = bit == 0 ? words[word] : (words[word] >> bit) | (words[word + 1] << (64 - bit));
            var window = (bits & mask) + carry;
            if ((window & 1) == 0)
            {
                // The digit is zero. A carry stays for the next position: with a bit that is set it makes 2.
                at++;
                continue;
            }

            carry = window >> (width - 1);
            digits[at] = (sbyte)((long)window - (long)(carry << width));
            at += width;
        }

        Debug.Assert(carry == 0, "The scalar is too large.");
    }

    private void AddMultiple(ref EdwardsPoint sum, int part, int digit)
    {
        var first = part << (_width - 2);
        if (digit > 0)
        {
            sum = sum.Add(_points[first + (digit >> 1)]);
        }
        else if (digit < 0)
        {
            sum = sum.Subtract(_points[first + (-digit >> 1)]);
        }
    }
}
