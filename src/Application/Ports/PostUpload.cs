namespace S3Auth.Application.Ports;

/// <summary>An S3 POST upload form: where it goes and the fields that precede the file.</summary>
/// <param name="Url">The form's target.</param>
/// <param name="Fields">
/// Field names and values. Of a folder's form, <c>key</c> ends with <c>${filename}</c> and a client may overwrite it within the signed
/// prefix; of one file's form it is the file's key.
/// </param>
public sealed record PostUpload(string Url, IReadOnlyDictionary<string, string> Fields);
