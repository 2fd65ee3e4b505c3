using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// An amount of a subnet's alpha. Held in on-chain units (1 alpha = 10⁹ units), so that comparing two amounts is exact.
/// </summary>
public readonly record struct AlphaAmount(ulong Units) : IComparable<AlphaAmount>
{
    /// <summary>On-chain units in one alpha.</summary>
    public const ulong UnitsPerAlpha = 1_000_000_000;

    /// <summary>Reads an amount given in alpha; digits beyond the ninth decimal are cut off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative or more than 2⁶⁴-1 units.</exception>
    public static AlphaAmount FromAlpha(decimal alpha)
    {
        if (alpha < 0 || alpha > ulong.MaxValue / (decimal)UnitsPerAlpha)
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "An amount of alpha lies between 0 and 18446744073.709551615.");
        }

        return new AlphaAmount((ulong)decimal.Truncate(alpha * UnitsPerAlpha));
    }

    /// <inheritdoc/>
    public int CompareTo(AlphaAmount other) => Units.CompareTo(other.Units);

    /// <summary>The amount in alpha, exactly.</summary>
    public decimal ToDecimal() => Units / (decimal)UnitsPerAlpha;

    /// <summary>The amount in alpha without trailing zeros, <c>20000.5</c>.</summary>
    public override string ToString() => ToDecimal().ToString("0.#########", CultureInfo.InvariantCulture);

    public static bool operator <(AlphaAmount left, AlphaAmount right) => left.Units < right.Units;

    public static bool operator >(AlphaAmount left, AlphaAmount right) => left.Units > right.Units;

    public static bool operator <=(AlphaAmount left, AlphaAmount right) => left.Units <= right.Units;

    public static bool operator >=(AlphaAmount left, AlphaAmount right) => left.Units >= right.Units;
}
