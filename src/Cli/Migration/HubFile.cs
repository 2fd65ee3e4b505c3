namespace S3Auth.Cli.Migration;

/// <summary>A file of a dataset on a Hub.</summary>
/// <param name="Path">Its path in the repository.</param>
/// <param name="Size">Its size in bytes.</param>
/// <param name="Id">What its bytes are known by: the SHA-256 of a file in LFS, else the id of its Git blob.</param>
/// <param name="Expected">The same, to check its bytes against.</param>
internal sealed record HubFile(string Path, long Size, string Id, ExpectedContent Expected);
