namespace S3Auth.Application;

/// <summary>The layout of folders in this deployment.</summary>
/// <param name="FolderStructure">The path of a miner's folder, with variable parts in braces.</param>
/// <param name="Description">The layout in one sentence.</param>
public sealed record StructureInfo(string FolderStructure, string Description)
{
    internal static StructureInfo Of(FolderLayout layout) => new(layout.Structure, layout.Description);
}
