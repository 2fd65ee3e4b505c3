using System.Text.Encodings.Web;

namespace S3Auth.Api.Json;

/// <summary>
/// The JSON of requests and answers: snake_case, exact names, no duplicate members. Null members are omitted, except in the health check.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters =
    [
        typeof(AccountIdConverter),
        typeof(AccountAddressConverter),
        typeof(GrantUrlConverter),
        typeof(FormFieldsConverter),
        typeof(Sr25519SignatureConverter),
        typeof(SourceConverter),
        typeof(RoleConverter),
        typeof(FileNameConverter),
        typeof(FilePathConverter),
        typeof(JobIdConverter),
        typeof(AudienceConverter),
        typeof(WholeNumberConverter),
        typeof(WholeSecondsConverter),
    ])]
[JsonSerializable(typeof(GetFolderAccessCommand))]
[JsonSerializable(typeof(FolderAccess))]
[JsonSerializable(typeof(GetFileUploadUrlCommand))]
[JsonSerializable(typeof(FileUploadUrl))]
[JsonSerializable(typeof(GetFileUploadUrlsCommand))]
[JsonSerializable(typeof(FileUploadUrls))]
[JsonSerializable(typeof(CreateMultipartUploadCommand))]
[JsonSerializable(typeof(CreatedUpload))]
[JsonSerializable(typeof(SignUploadPartsCommand))]
[JsonSerializable(typeof(SignedParts))]
[JsonSerializable(typeof(ListUploadPartsCommand))]
[JsonSerializable(typeof(UploadedParts))]
[JsonSerializable(typeof(CompleteMultipartUploadCommand))]
[JsonSerializable(typeof(CompletedUpload))]
[JsonSerializable(typeof(AbortMultipartUploadCommand))]
[JsonSerializable(typeof(AbortedUpload))]
[JsonSerializable(typeof(ListMyFilesCommand))]
[JsonSerializable(typeof(FileList))]
[JsonSerializable(typeof(GetSessionCredentialsCommand))]
[JsonSerializable(typeof(SessionCredentials))]
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
    /// <summary>The same, but escapes only what JSON requires, so that people can read URLs.</summary>
    internal static WireJson Readable => WithoutEscapes.Context;

    // In a class of its own, because it must be initialized after Default.
    private static class WithoutEscapes
    {
        internal static readonly WireJson Context = new(
            new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}
