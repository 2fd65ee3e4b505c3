namespace S3Auth.Application.Ports;

/// <summary>An S3 POST upload form: where it goes and the fields that precede the file.</summary>
/// <param name="Url">The form's target.</param>
/// <param name="Fields">Field names and values. <c>key</c> ends with <c>${filename}</c>; a client may overwrite it within the signed prefix.</param>
public sealed record PostUpload(string Url, IReadOnlyDictionary<string, string> Fields);
