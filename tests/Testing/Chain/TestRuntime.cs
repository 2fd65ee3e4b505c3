namespace S3Auth.Testing.Chain;

/// <summary>A runtime and what it answers. Null stands for a function that it does not have.</summary>
/// <param name="SpecVersion">Its version.</param>
/// <param name="Metadata">Its metadata in version 15.</param>
/// <param name="MetadataV14">Its metadata in version 14.</param>
/// <param name="State">Its answer to the state call, in SCALE.</param>
public sealed record TestRuntime(uint SpecVersion, byte[]? Metadata, byte[]? MetadataV14, byte[]? State);
