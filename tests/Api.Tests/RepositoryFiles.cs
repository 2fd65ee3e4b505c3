namespace S3Auth.Api.Tests;

/// <summary>The repository that these tests were built from: some hold its pages to its code.</summary>
internal static class RepositoryFiles
{
    internal static string Root { get; } = FindRoot();

    /// <summary>The configuration that the tests, and with them everything else, were built in.</summary>
    internal static string Configuration { get; } = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    /// <summary>Whether pages that do not say what the code says are written anew instead of being refused.</summary>
    internal static bool PagesAreToBeWritten => Environment.GetEnvironmentVariable("S3AUTH_WRITE_PAGES") == "true";

    internal static string PathOf(string file) => Path.Combine(Root, file);

    /// <summary>A file's text, with the line ends of every system made one.</summary>
    internal static string Read(string file) => File.ReadAllText(PathOf(file)).ReplaceLineEndings("\n");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "S3Auth.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("S3Auth.sln is in no folder above the tests.");
    }
}
