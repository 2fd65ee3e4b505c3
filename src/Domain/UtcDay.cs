namespace S3Auth.Domain;

/// <summary>A day in UTC: the time in which grants are counted together.</summary>
/// <param name="Date">Its date.</param>
public readonly record struct UtcDay(DateOnly Date)
{
    /// <summary>When it ends and the next one begins.</summary>
    public DateTimeOffset End => new(Date.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The day of a moment.</summary>
    public static UtcDay Of(DateTimeOffset moment) => new(DateOnly.FromDateTime(moment.UtcDateTime));

    /// <summary>The date as it is written: <c>2026-11-25</c>.</summary>
    public override string ToString() => Date.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
