namespace S3Auth.Cli.Transfers;

/// <summary>
/// Finds out which names a folder's file system treats as the same, by creating a file and looking for it under other names.
/// </summary>
internal static class NameFoldingProbe
{
    // Two canonically equivalent texts, as constants, because this program contains no Unicode normalization library.
    private const string Composed = "\u00e9";
    private const string Decomposed = "e\u0301";

    /// <param name="folder">A writable folder.</param>
    internal static NameFolding Of(string folder)
    {
        var start = $".s3auth-probe-{Guid.NewGuid():N}-";
        var name = start + Composed;
        var path = Path.Combine(folder, name);
        try
        {
            using (new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose))
            {
                var hasCase = !File.Exists(Path.Combine(folder, name.Replace("s3auth", "S3AUTH", StringComparison.Ordinal)));
                var hasSpelling = !File.Exists(Path.Combine(folder, start + Decomposed));
                return (hasCase ? NameFolding.None : NameFolding.Case) | (hasSpelling ? NameFolding.None : NameFolding.Normalization);
            }
        }
        catch (IOException)
        {
            // The file system does not support the name of the probe.
            return NameFolding.All;
        }
    }
}
