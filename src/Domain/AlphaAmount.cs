using System.Globalization;

namespace S3Auth.Domain;

/// <summary>
/// An amount of a subnet's currency, alpha, in on-chain units (1 alpha = 10⁹ units), so that comparisons are exact.
/// </summary>
public readonly record struct AlphaAmount(ulong Units) : IComparable<AlphaAmount>
{
    /// <summary>On-chain units in one alpha.</summary>
    public const ulong UnitsPerAlpha = 1_000_000_000;

    /// <summary>Converts an amount in alpha; cuts off digits after the ninth decimal.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative or more than 2⁶⁴-1 units.</exception>
    public static AlphaAmount FromAlpha(decimal alpha)
    {
        if (alpha < 0 || alpha > ulong.MaxValue / (decimal)UnitsPerAlpha)
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "An amount of alpha must be between 0 and 18446744073.709551615.");
        }

        return new AlphaAmount((ulong)decimal.Truncate(alpha * UnitsPerAlpha));
    }

    /// <inheritdoc/>
    public int CompareTo(AlphaAmount other) => Units.CompareTo(other.Units);

    /// <summary>The exact amount in alpha.</summary>
    public decimal ToDecimal() => Units / (decimal)UnitsPerAlpha;

    /// <summary>The amount in alpha without trailing zeros, such as <c>20000.5</c>.</summary>
    public override string ToString() => ToDecimal().ToString("0.#########", CultureInfo.InvariantCulture);

    public static bool operator <(AlphaAmount left, AlphaAmount right) => left.Units < right.Units;

    public static bool operator >(AlphaAmount left, AlphaAmount right) => left.Units > right.Units;

    public static bool operator <=(AlphaAmount left, AlphaAmount right) => left.Units <= right.Units;

    public static bool operator >=(AlphaAmount left, AlphaAmount right) => left.Units >= right.Units;
}
