namespace S3Auth.Domain;

/// <summary>How a request's moment lies to the window in which it is good.</summary>
/// <param name="Verdict">Within, before or after.</param>
/// <param name="SecondsOutside">By how many seconds it misses the window, rounded up; 0 when fresh.</param>
public readonly record struct Freshness(FreshnessVerdict Verdict, Int128 SecondsOutside);
