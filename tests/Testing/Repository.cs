namespace S3Auth.Testing;

/// <summary>The repository that these tests were built from.</summary>
public static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Files that a test run leaves for people to look at.</summary>
    public static string Artifacts => Directory.CreateDirectory(Path.Combine(Root, "artifacts")).FullName;

    /// <summary>The configuration that the tests, and with them everything else, were built in.</summary>
    public static string Configuration => Path.GetFileName(Path.GetDirectoryName(Own)!);

    private static string Own => Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);

    /// <summary>The output folder of another project.</summary>
    public static string OutputOf(string project) => Path.Combine(Root, "src", project, "bin", Configuration, Path.GetFileName(Own));

    /// <summary>Where the build's packages are.</summary>
    public static string PackageCache => Environment.GetEnvironmentVariable("NUGET_PACKAGES")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

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
