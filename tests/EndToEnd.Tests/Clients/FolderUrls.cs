using System.Text.Json.Serialization;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>The answer to <c>POST /get-folder-presigned-urls</c>, as a client reads it.</summary>
internal sealed record FolderUrls(
    string ValidatorHotkey,
    string Bucket,
    long ExpirySeconds,
    string ExpiryTime,
    int TotalMiners,
    [property: JsonPropertyName("folder_urls")] IReadOnlyDictionary<string, MinerJobs> Miners,
    string CommitmentUsed);

internal sealed record MinerJobs(string MinerPath, IReadOnlyList<JobFolder> JobFolders, int TotalJobs);

internal sealed record JobFolder(string JobId, string Path, string PresignedUrl);
