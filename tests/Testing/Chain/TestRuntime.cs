namespace S3Auth.Testing.Chain;

/// <summary>A runtime and what it answers. Null stands for a function that it does not have.</summary>
/// <param name="SpecVersion">Its version.</param>
/// <param name="Metadata">Its answer to <c>Metadata_metadata_at_version(15)</c>: an <c>Option&lt;Vec&lt;u8&gt;&gt;</c> in SCALE.</param>
/// <param name="MetadataV14">Its answer to <c>Metadata_metadata</c>: the SCALE of a <c>Vec&lt;u8&gt;</c>.</param>
/// <param name="State">Its answer to the state call, in SCALE.</param>
public sealed record TestRuntime(uint SpecVersion, byte[]? Metadata, byte[]? MetadataV14, byte[]? State);
