namespace S3Auth.Application.Miners;

/// <summary>Access to one folder.</summary>
/// <param name="Folder">The prefix of the folder, which ends with <c>/</c>.</param>
/// <param name="Url">The URL of the upload form.</param>
/// <param name="Fields">The fields of the form.</param>
/// <param name="ListUrl">A presigned listing of the first 1,000 objects in the folder, with percent-encoded names.</param>
public sealed record FolderGrant(string Folder, string Url, IReadOnlyDictionary<string, string> Fields, string ListUrl);
