namespace S3Auth.Application.Validators;

/// <param name="Source">The name of the source. Absent if the layout has no sources.</param>
/// <param name="Prefix">The prefix of the folder, which ends with <c>/</c>.</param>
/// <param name="ListUrl">A presigned listing of the first 1,000 objects in the folder, with percent-encoded names.</param>
public sealed record MinerFolder(string? Source, string Prefix, GrantUrl ListUrl)
{
    internal static IReadOnlyList<MinerFolder> Sign(IReadOnlyList<Folder> folders, Grant grant, ListingLinks links)
    {
        var signed = new MinerFolder[folders.Count];
        for (var i = 0; i < signed.Length; i++)
        {
            var folder = folders[i];
            signed[i] = new MinerFolder(folder.Source?.Name, folder.Prefix, links.Sign(new Listing(folder.Prefix), grant));
        }

        return signed;
    }
}
