namespace S3Auth.Api.Controllers;

/// <summary>The process answers.</summary>
/// <param name="Status">Always <c>ok</c>.</param>
public sealed record Liveness(string Status);
