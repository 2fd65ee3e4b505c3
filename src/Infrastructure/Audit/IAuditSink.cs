namespace S3Auth.Infrastructure.Audit;

/// <summary>One place that lines are written to.</summary>
internal interface IAuditSink : IDisposable
{
    /// <summary>Its name, for operators.</summary>
    string Name { get; }

    /// <summary>Writes whole lines.</summary>
    /// <param name="lines">One or more lines, each with its end.</param>
    /// <param name="day">The day of them, in UTC.</param>
    /// <exception cref="IOException">They could not be written, or not all of them.</exception>
    /// <exception cref="UnauthorizedAccessException">They may not be written there.</exception>
    void Write(ReadOnlySpan<byte> lines, DateOnly day);
}
