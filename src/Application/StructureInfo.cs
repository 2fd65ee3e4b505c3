namespace S3Auth.Application;

/// <summary>How folders are named in this deployment.</summary>
/// <param name="FolderStructure">A miner's folder with its variable parts in braces.</param>
/// <param name="Description">The same in a sentence.</param>
public sealed record StructureInfo(string FolderStructure, string Description)
{
    internal static StructureInfo Of(FolderLayout layout) => new(layout.Structure, layout.Description);
}
