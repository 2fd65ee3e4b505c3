namespace S3Auth.Substrate.Curve;

//  ristretto255
//
//      The group of prime order in which sr25519 computes, on the twisted Edwards curve -x² + y² = 1 + d·x²·y² over the field
//      modulo 2^255 - 19. In variable time and for public inputs only.
//
//  References:
//
//      RFC 9496 - The ristretto255 and decaf448 Groups, section 4 (decoding, encoding)
//
//      H. Hisil, K. K.-H. Wong, G. Carter, E. Dawson, Twisted Edwards Curves Revisited (2008), sections 3.1 and 3.3 (addition and
//      doubling in extended coordinates). With a = -1, a square, and d, not a square, they hold for any two points, without exceptions.
//
//  Coordinates:
//
//      x = X/Z, y = Y/Z, x·y = T/Z. All four are reduced field elements; see FieldElement for the bounds.
//
//      An element of the group is a coset of four points (which differ by a point of 4-torsion). All four have one encoding.

/// <summary>A point in extended coordinates, a representative of an element of ristretto255.</summary>
internal readonly struct EdwardsPoint
{
    public static readonly EdwardsPoint Identity = new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    /// <summary>The curve's d = −121665/121666.</summary>
    private static readonly FieldElement D =
        -FieldElement.FromLimbs(121665, 0, 0, 0, 0) * FieldElement.Invert(FieldElement.FromLimbs(121666, 0, 0, 0, 0));

    private static readonly FieldElement TwoD = D + D;

    /// <summary>1/√(a − d), with a = −1.</summary>
    private static readonly FieldElement InverseSqrtOfAMinusD = CreateInverseSqrtOfAMinusD();

    /// <summary>The group's base point: y = 4/5, and the x that is not negative.</summary>
    public static readonly EdwardsPoint Base = CreateBase();

    public readonly FieldElement X;
    public readonly FieldElement Y;
    public readonly FieldElement Z;
    public readonly FieldElement T;

    private EdwardsPoint(in FieldElement x, in FieldElement y, in FieldElement z, in FieldElement t)
    {
        X = x;
        Y = y;
        Z = z;
        T = t;
    }

    /// <summary>Decodes an element, RFC 9496, section 4.3.1. Only its canonical encoding is valid. The identity is valid.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, out EdwardsPoint point)
    {
        point = Identity;
        var s = FieldElement.FromBytes(bytes);
        Span<byte> canonical = stackalloc byte[FieldElement.Size];
        s.ToBytes(canonical);
        if (!canonical.SequenceEqual(bytes) || s.IsNegative)
        {
            return false;
        }

        var (u1, u2) = HalvesOf(s);
        var u2Square = FieldElement.Square(u2);
        var v = -(D * FieldElement.Square(u1)) - u2Square;
        var isSquare = FieldElement.TryInvertSqrt(v * u2Square, out var root);
        var denominatorOfX = root * u2;
        var denominatorOfY = root * denominatorOfX * v;

        var x = ((s + s) * denominatorOfX).Abs();
        var y = u1 * denominatorOfY;
        var t = x * y;
        if (!isSquare || t.IsNegative || y.IsZero)
        {
            return false;
        }

        point = new(x, y, FieldElement.One, t);
        return true;
    }

    /// <summary>Writes the encoding, RFC 9496, section 4.3.2.</summary>
    public void Encode(Span<byte> destination)
    {
        var u1 = (Z + Y) * (Z - Y);
        var u2 = X * Y;
        _ = FieldElement.TryInvertSqrt(u1 * FieldElement.Square(u2), out var root);
        var denominator1 = root * u1;
        var denominator2 = root * u2;
        var inverseOfZ = denominator1 * denominator2 * T;

        var (x, y, denominator) = (T * inverseOfZ).IsNegative
            ? (Y * FieldElement.SqrtMinusOne, X * FieldElement.SqrtMinusOne, denominator1 * InverseSqrtOfAMinusD)
            : (X, Y, denominator2);
        if ((x * inverseOfZ).IsNegative)
        {
            y = -y;
        }

        (denominator * (Z - y)).Abs().ToBytes(destination);
    }

    /// <summary>
    /// Returns false if the element certainly does not have this encoding, for a tenth of what <see cref="Encode"/> costs. True means only
    /// that the encoding has to be computed: the opposite element, for example, passes too.
    /// </summary>
    /// <remarks>
    /// No encoding that <see cref="Encode"/> would write is rejected. Such an encoding s decodes to one of the element's four points, and
    /// this point has y = u1·root²·u2·v = u1/u2 = (1 − s²)/(1 + s²), because root² = 1/(v·u2²). The element's four points are
    /// (x, y), (−x, −y), (iy, ix) and (−iy, −ix), where i² = −1, so u1/u2 is one of y, −y, ix and −ix.
    /// </remarks>
    public bool MayEncodeTo(ReadOnlySpan<byte> encoding)
    {
        var (u1, u2) = HalvesOf(FieldElement.FromBytes(encoding));
        var expected = u1 * Z;
        var y = Y * u2;
        var ix = X * FieldElement.SqrtMinusOne * u2;
        return y == expected || y == -expected || ix == expected || ix == -expected;
    }

    /// <summary>The point plus itself.</summary>
    public EdwardsPoint Double()
    {
        var a = FieldElement.Square(X);
        var b = FieldElement.Square(Y);
        var zz = FieldElement.Square(Z);
        var h = a + b;
        var e = h - FieldElement.Square(X + Y);
        var g = a - b;
        var f = zz + zz + g;
        return Complete(e, f, g, h);
    }

    /// <summary>The sum of two points.</summary>
    public EdwardsPoint Add(in EdwardsPoint other)
    {
        var zz = Z * other.Z;
        return Add((Y - X) * (other.Y - other.X), (Y + X) * (other.Y + other.X), T * TwoD * other.T, zz + zz);
    }

    /// <summary>The difference of two points.</summary>
    public EdwardsPoint Subtract(in EdwardsPoint other)
    {
        var zz = Z * other.Z;
        return Subtract((Y - X) * (other.Y + other.X), (Y + X) * (other.Y - other.X), T * TwoD * other.T, zz + zz);
    }

    /// <summary>The sum with a point of a table.</summary>
    public EdwardsPoint Add(in TablePoint other) => Add((Y - X) * other.YMinusX, (Y + X) * other.YPlusX, T * other.TwoDXY, Z + Z);

    /// <summary>The difference with a point of a table: the opposite of (x, y) is (−x, y).</summary>
    public EdwardsPoint Subtract(in TablePoint other) =>
        Subtract((Y - X) * other.YPlusX, (Y + X) * other.YMinusX, T * other.TwoDXY, Z + Z);

    /// <summary>The point for a table, given 1/Z.</summary>
    public TablePoint ToTable(in FieldElement inverseOfZ)
    {
        var x = X * inverseOfZ;
        var y = Y * inverseOfZ;
        return new TablePoint((y + x).Reduce(), (y - x).Reduce(), x * y * TwoD);
    }

    private static EdwardsPoint Add(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d) =>
        Complete(b - a, d - c, d + c, b + a);

    private static EdwardsPoint Subtract(in FieldElement a, in FieldElement b, in FieldElement c, in FieldElement d) =>
        Complete(b - a, d + c, d - c, b + a);

    private static EdwardsPoint Complete(in FieldElement e, in FieldElement f, in FieldElement g, in FieldElement h) =>
        new(e * f, g * h, f * g, e * h);

    /// <summary>Numerator and denominator of y for the encoding s.</summary>
    private static (FieldElement U1, FieldElement U2) HalvesOf(in FieldElement s)
    {
        var square = FieldElement.Square(s);
        return (FieldElement.One - square, FieldElement.One + square);
    }

    private static FieldElement CreateInverseSqrtOfAMinusD()
    {
        _ = FieldElement.TryInvertSqrt(-FieldElement.One - D, out var root);
        return root;
    }

    private static EdwardsPoint CreateBase()
    {
        // x² = (y² − 1)/(d·y² + 1), and 1/√(1/x²) is |x|.
        var y = FieldElement.FromLimbs(4, 0, 0, 0, 0) * FieldElement.Invert(FieldElement.FromLimbs(5, 0, 0, 0, 0));
        var square = FieldElement.Square(y);
        _ = FieldElement.TryInvertSqrt(
            ((D * square) + FieldElement.One) * FieldElement.Invert(square - FieldElement.One), out var x);
        return new(x, y, FieldElement.One, x * y);
    }
}
