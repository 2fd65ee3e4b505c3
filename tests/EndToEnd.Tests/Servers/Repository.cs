namespace S3Auth.EndToEnd.Tests.Servers;

/// <summary>The repository that these tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files that a test run leaves for people to look at.</summary>
    public static string Artifacts => Directory.CreateDirectory(Path.Combine(Root, "artifacts")).FullName;

    /// <summary>The output folder of another project, built in the same configuration as the tests.</summary>
    public static string OutputOf(string project)
    {
        var own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var configuration = Path.GetFileName(Path.GetDirectoryName(own)!);
        return Path.Combine(Root, "src", project, "bin", configuration, Path.GetFileName(own));
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "S3Auth.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("S3Auth.sln is in no folder above the tests.");
    }
}
