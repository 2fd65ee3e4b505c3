using System.Text.RegularExpressions;

namespace S3Auth.Cli.Credentials;

/// <summary>
/// The file with the profiles of AWS's tools, <c>~/.aws/config</c>. Changes one profile and keeps every other byte, because people write
/// this file by hand. Format: "Format of the configuration and credential files", AWS SDKs and Tools Reference Guide.
/// </summary>
internal sealed partial class AwsConfigFile
{
    // Latin-1 maps each byte to one character, so that bytes that are not UTF-8 survive.
    private static readonly Encoding Bytes = Encoding.Latin1;

    private readonly string _path;
    private readonly string _text;

    private AwsConfigFile(string path, string text) => (_path, _text) = (path, text);

    /// <summary>Returns the path of the file that AWS's tools read.</summary>
    /// <param name="readVariable">Reads an environment variable.</param>
    /// <param name="variable">The variable that names another file.</param>
    /// <param name="name">The name of the file in <c>~/.aws</c>.</param>
    internal static string PathOf(Func<string, string?> readVariable, string variable = "AWS_CONFIG_FILE", string name = "config")
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return readVariable(variable) is { Length: > 0 } given
            ? Path.GetFullPath(given.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(home, given[2..]) : given)
            : Path.Combine(home, ".aws", name);
    }

    /// <summary>Reads the file. A file that does not exist is an empty one.</summary>
    /// <exception cref="UsageException">It cannot be read.</exception>
    internal static AwsConfigFile Read(string path)
    {
        try
        {
            return new AwsConfigFile(path, Bytes.GetString(File.ReadAllBytes(path)));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new AwsConfigFile(path, "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The file {path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>
    /// Whether the file has this profile: <c>[profile name]</c> in the config file, <c>[name]</c> in the credentials file.
    /// </summary>
    internal bool HasProfile(string name) => Find(Lines(_text), name) is not null;

    /// <summary>Returns the file with this profile, in place of one with the same name, or else at its end.</summary>
    internal AwsConfigFile With(AwsProfile profile)
    {
        var lines = Lines(_text);
        var newLine = lines.Count > 0 && lines[0].EndsWith("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var section = Bytes.GetString(Encoding.UTF8.GetBytes(string.Concat(profile.Lines.Select(line => line + newLine))));
        if (Find(lines, profile.Name) is { } found)
        {
            return new AwsConfigFile(
                _path, string.Concat(lines[..found.Start].Append(section).Concat(lines[found.End..])));
        }

        var separator = _text.Length == 0 ? "" : _text.EndsWith('\n') ? newLine : newLine + newLine;
        return new AwsConfigFile(_path, _text + separator + section);
    }

    /// <summary>Writes the file, completely or not at all. A new file is readable by its owner only.</summary>
    /// <exception cref="UsageException">It cannot be written.</exception>
    internal void Write() => AtomicFile.Write(_path, Bytes.GetBytes(_text));

    /// <summary>Returns whether both have the same content.</summary>
    internal bool IsSameAs(AwsConfigFile other) => _text == other._text;

    /// <summary>Splits a text into lines with their line ends.</summary>
    private static List<string> Lines(string text) => [.. Line().Matches(text).Select(match => match.Value)];

    /// <summary>
    /// The lines of a profile: the first, and the one after the last. Blank lines and comments at its end belong to the next.
    /// </summary>
    private static (int Start, int End)? Find(List<string> lines, string profile)
    {
        var start = lines.FindIndex(line => NameOf(line) == profile);
        if (start < 0)
        {
            return null;
        }

        var end = lines.FindIndex(start + 1, line => NameOf(line) is not null);
        end = end < 0 ? lines.Count : end;
        while (lines[end - 1].Trim() is "" or ['#' or ';', ..])
        {
            end--;
        }

        return (start, end);
    }

    /// <summary>The name of the profile that starts at a line; empty for another kind of section; null if none starts.</summary>
    private static string? NameOf(string line)
    {
        if (Header().Match(line) is not { Success: true } match)
        {
            return null;
        }

        var words = match.Groups["name"].Value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [var name] => name,
            ["profile", var name] => name.Trim('"', '\''),
            _ => "",
        };
    }

    [GeneratedRegex("[^\n]*\n|[^\n]+$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Line();

    // After the byte order mark that Windows programs write.
    [GeneratedRegex(@"^(\u00EF\u00BB\u00BF)?\[(?<name>[^\]]*)\]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();
}
