using System.Text.Json.Serialization;

namespace S3Auth.Cli.Grants;

/// <summary>How files between runs are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotaStatus))]
[JsonSerializable(typeof(KeptFolder))]
internal sealed partial class KeptJson : JsonSerializerContext;
