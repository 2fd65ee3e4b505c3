using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>Values of the storage at a block.</summary>
/// <param name="Changes">Pairs of a key and its value; a value may be null.</param>
internal sealed record StorageChanges([property: JsonPropertyName("changes"), JsonRequired] IReadOnlyList<HexBytes?[]?>? Changes);
