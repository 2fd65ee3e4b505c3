using System.Text.Json.Serialization;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /create-multipart-upload</c>, as a client reads it.</summary>
internal sealed record PartUpload(
    [property: JsonPropertyName("s3_key")] string Key, string UploadId, long PartSize, int PartCount, bool Resumed);

/// <summary>The answer to <c>POST /sign-upload-parts</c>.</summary>
internal sealed record PartUrls(IReadOnlyList<PartUrl> Parts, long ExpiresInSeconds);

/// <summary>The URL of a part.</summary>
internal sealed record PartUrl(int PartNumber, long Size, string Url);

/// <summary>The answer to <c>POST /list-upload-parts</c>.</summary>
internal sealed record PartList(long Size, IReadOnlyList<ListedPart> Parts);

/// <summary>A part that the store has.</summary>
internal sealed record ListedPart(int PartNumber, string Etag, long Size);

/// <summary>The answer to <c>POST /complete-multipart-upload</c>.</summary>
internal sealed record CompletedFile([property: JsonPropertyName("s3_key")] string Key, string Etag, long Size);
