using System.Text.Encodings.Web;

namespace S3Auth.Api.Json;

/// <summary>
/// How everything looks on the wire: snake_case, exact names, no member twice, absent instead of null (but in the health
/// check, where a null is an answer).
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters =
    [
        typeof(AccountIdConverter),
        typeof(Sr25519SignatureConverter),
        typeof(SourceConverter),
        typeof(FileNameConverter),
        typeof(JobIdConverter),
        typeof(AudienceConverter),
        typeof(WholeNumberConverter),
        typeof(WholeSecondsConverter),
    ])]
[JsonSerializable(typeof(GetFolderAccessCommand))]
[JsonSerializable(typeof(FolderAccess))]
[JsonSerializable(typeof(GetFileUploadUrlCommand))]
[JsonSerializable(typeof(FileUploadUrl))]
[JsonSerializable(typeof(ListMyFilesCommand))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(GetValidatorAccessCommand))]
[JsonSerializable(typeof(ValidatorAccess))]
[JsonSerializable(typeof(GetMinerSpecificAccessCommand))]
[JsonSerializable(typeof(MinerSpecificAccess))]
[JsonSerializable(typeof(GetMinerListCommand))]
[JsonSerializable(typeof(MinerList))]
[JsonSerializable(typeof(ListFilesCommand))]
[JsonSerializable(typeof(GetFolderPresignedUrlsCommand))]
[JsonSerializable(typeof(FolderPresignedUrls))]
[JsonSerializable(typeof(GetFilePresignedUrlsCommand))]
[JsonSerializable(typeof(FilePresignedUrls))]
[JsonSerializable(typeof(Health))]
[JsonSerializable(typeof(Readiness))]
[JsonSerializable(typeof(RateLimits))]
[JsonSerializable(typeof(CommitmentFormats))]
[JsonSerializable(typeof(Structure))]
[JsonSerializable(typeof(Liveness))]
[JsonSerializable(typeof(Status))]
[JsonSerializable(typeof(HotkeyStatus))]
[JsonSerializable(typeof(ServiceIndex))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The same without escaping what JSON does not want escaped, so that people can read URLs.</summary>
    internal static WireJson Readable => WithoutEscapes.Context;

    // Apart, because it needs Default to be there.
    private static class WithoutEscapes
    {
        internal static readonly WireJson Context = new(
            new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
