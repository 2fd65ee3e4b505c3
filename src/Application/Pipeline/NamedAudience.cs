namespace S3Auth.Application.Pipeline;

/// <summary>An audience that a request names.</summary>
/// <param name="Audience">The server that the request is meant for.</param>
/// <param name="Place">The member or header that names it.</param>
public readonly record struct NamedAudience(Audience Audience, string Place);
