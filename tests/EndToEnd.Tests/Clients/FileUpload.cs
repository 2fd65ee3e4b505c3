using System.Text.Json.Serialization;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-file-upload-url</c>, as a client reads it.</summary>
internal sealed record FileUpload(
    [property: JsonPropertyName("s3_key")] string Key,
    string Method,
    string Url,
    IReadOnlyDictionary<string, string> Fields,
    long ExpiresInSeconds)
{
    /// <summary>The upload that was granted, of that content.</summary>
    public FormUpload Form(byte[] content) => new(Url, [.. Fields], content);

    /// <summary>Uploads that content as it was granted: by a form or by a PUT.</summary>
    public Task<StoreAnswer> SendAsync(byte[] content) =>
        Method == "PUT" ? Presigned.SendAsync(HttpMethod.Put, Url, content) : Form(content).SendAsync();
}
