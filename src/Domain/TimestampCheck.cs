namespace S3Auth.Domain;

/// <summary>The result of checking a timestamp against the <see cref="AccessWindow"/>.</summary>
/// <param name="Status">Whether the timestamp is valid, and otherwise why not.</param>
/// <param name="SecondsOutside">The distance to the window in seconds, rounded up; 0 if the timestamp is valid.</param>
public readonly record struct TimestampCheck(TimestampStatus Status, Int128 SecondsOutside);
