namespace S3Auth.Domain;

/// <summary>How a request's moment lies to the window in which it is good.</summary>
/// <param name="Status">Within, before or after.</param>
/// <param name="SecondsOutside">By how many seconds it misses the window, rounded up; 0 when fresh.</param>
public readonly record struct TimestampCheck(TimestampStatus Status, Int128 SecondsOutside);
