using System.Text.Json.Serialization;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-file-presigned-urls</c>, as a client reads it.</summary>
internal sealed record FileUrls(
    string ValidatorHotkey,
    string? MinerHotkey,
    string? MinerColdkey,
    string Bucket,
    long ExpiryHours,
    string ExpiryTime,
    int TotalRequestedFiles,
    int ValidFilesCount,
    int InvalidFilesCount,
    int SuccessfulUrls,
    [property: JsonPropertyName("file_urls")] IReadOnlyDictionary<string, FileUrl> Urls,
    IReadOnlyList<string> InvalidFiles,
    string CommitmentUsed);

internal sealed record FileUrl(string PresignedUrl, string FileKey, long ExpiresInSeconds, string FileName);
