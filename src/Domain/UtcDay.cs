namespace S3Auth.Domain;

/// <summary>A day in UTC. Daily limits count the grants of one such day.</summary>
/// <param name="Date">The date.</param>
public readonly record struct UtcDay(DateOnly Date)
{
    /// <summary>The end of the day, which is the start of the next one.</summary>
    public DateTimeOffset End => new(Date.AddDays(1), TimeOnly.MinValue, TimeSpan.Zero);

    /// <summary>The day that contains this time.</summary>
    public static UtcDay Of(DateTimeOffset time) => new(DateOnly.FromDateTime(time.UtcDateTime));

    /// <summary>The date in ISO 8601: <c>2026-11-25</c>.</summary>
    public override string ToString() => Date.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
