using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using S3Auth.Client.Requests;

namespace S3Auth.Client.Generated;

/// <summary>Every endpoint of the server. NSwag generates the methods; this part sets how they write and read JSON.</summary>
[UnconditionalSuppressMessage("Trimming", "IL2026", Justification = JsonIsGenerated)]
[UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "No parameter of the API is an enum.")]
[UnconditionalSuppressMessage("AOT", "IL3050", Justification = JsonIsGenerated)]
public partial class S3AuthApi
{
    private const string JsonIsGenerated = "The only resolver is ApiJson, which needs no reflection. A test checks that it has every type.";

    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) => settings.TypeInfoResolver = ApiJson.Default;
}
