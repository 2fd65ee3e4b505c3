using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>The part of a runtime's version that the server reads.</summary>
/// <param name="SpecVersion">The version of the runtime's logic. It grows with each upgrade.</param>
internal sealed record RuntimeVersion([property: JsonPropertyName("specVersion"), JsonRequired] uint SpecVersion);
