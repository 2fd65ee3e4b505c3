namespace S3Auth.Application.Miners;

/// <summary>Access to one folder.</summary>
/// <param name="Folder">The folder's prefix, with its trailing <c>/</c>.</param>
/// <param name="Url">Where the upload form goes.</param>
/// <param name="Fields">The form's fields.</param>
/// <param name="ListUrl">A presigned listing of this folder, the first 1,000 objects, with percent-encoded names.</param>
public sealed record FolderGrant(string Folder, string Url, IReadOnlyDictionary<string, string> Fields, string ListUrl);
