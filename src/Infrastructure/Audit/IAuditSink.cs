namespace S3Auth.Infrastructure.Audit;

/// <summary>A destination of audit lines.</summary>
internal interface IAuditSink : IDisposable
{
    /// <summary>The name for log messages.</summary>
    string Name { get; }

    /// <summary>Writes whole lines.</summary>
    /// <param name="lines">One or more lines, each with its line end.</param>
    /// <param name="day">The day of the records, in UTC.</param>
    /// <exception cref="IOException">Not all lines could be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to write.</exception>
    void Write(ReadOnlySpan<byte> lines, DateOnly day);
}
