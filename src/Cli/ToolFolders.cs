namespace S3Auth.Cli;

/// <summary>
/// Where this program keeps its files: as the XDG Base Directory Specification says, and on Windows in the folders of application data.
/// </summary>
/// <param name="readVariable">Reads an environment variable; null if it is not set.</param>
internal sealed class ToolFolders(Func<string, string?> readVariable)
{
    internal const string ConfigVariable = "S3AUTH_CONFIG";

    private const string Name = "s3auth";

    /// <summary>The file with the profiles.</summary>
    internal string ConfigFile => readVariable(ConfigVariable) is { Length: > 0 } given
        ? Path.GetFullPath(ExpandHome(given))
        : Path.Combine(Folder("XDG_CONFIG_HOME", ".config", Environment.SpecialFolder.ApplicationData), "config.toml");

    /// <summary>The folder of what this program keeps between two runs. It may not exist yet.</summary>
    internal string State => Folder(
        "XDG_STATE_HOME", Path.Combine(".local", "state"), Environment.SpecialFolder.LocalApplicationData);

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>Replaces <c>~/</c> at the start of a path, because no shell replaces it in a file or a variable.</summary>
    internal static string ExpandHome(string path) =>
        path == "~" ? Home : path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(Home, path[2..]) : path;

    // The specification says to ignore a variable with a relative path.
    private string Folder(string variable, string below, Environment.SpecialFolder onWindows) => Path.Combine(
        readVariable(variable) is { Length: > 0 } given && Path.IsPathFullyQualified(given) ? given
            : OperatingSystem.IsWindows() ? Environment.GetFolderPath(onWindows)
            : Path.Combine(Home, below),
        Name);
}
