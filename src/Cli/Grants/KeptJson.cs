using System.Text.Json.Serialization;

namespace S3Auth.Cli.Grants;

/// <summary>The JSON of the files that are kept between runs.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(QuotaStatus))]
[JsonSerializable(typeof(KeptFolder))]
internal sealed partial class KeptJson : JsonSerializerContext;
