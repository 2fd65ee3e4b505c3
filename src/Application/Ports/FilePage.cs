namespace S3Auth.Application.Ports;

/// <summary>A part of a listing.</summary>
/// <param name="Files">The objects, in the store's order.</param>
/// <param name="HasMore">Whether there are more after the last of them.</param>
public sealed record FilePage(IReadOnlyList<StoredFile> Files, bool HasMore);
