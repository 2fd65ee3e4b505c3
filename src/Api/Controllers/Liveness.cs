namespace S3Auth.Api.Controllers;

/// <summary>The answer of a process that is alive.</summary>
/// <param name="Status">Always <c>ok</c>.</param>
public sealed record Liveness(string Status);
