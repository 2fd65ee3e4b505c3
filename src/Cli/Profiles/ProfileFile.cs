using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace S3Auth.Cli.Profiles;

/// <summary>
/// The file with the profiles of this program: <c>default = "NAME"</c> and one table <c>[profiles.NAME]</c> for each. Format: TOML 1.1. It
/// contains no secret. No message repeats a value, because somebody may have written a secret into it.
/// </summary>
internal sealed class ProfileFile
{
    /// <summary>The maximum size in bytes. A profile has about 200.</summary>
    internal const int MaxSize = 256 * 1024;

    private const string DefaultKey = "default";
    private const string ProfilesKey = "profiles";

    // Words in the names of secrets.
    private static readonly string[] SecretWords = ["password", "mnemonic", "phrase", "seed", "secret", "private"];

    private readonly string _path;
    private readonly Dictionary<string, Profile> _profiles = new(StringComparer.Ordinal);
    private readonly string? _default;

    private ProfileFile(string path, string text, DocumentSyntax document, Action<string> warn)
    {
        (_path, Text) = (path, text);
        foreach (var (keys, value) in TomlValues.Of(document))
        {
            switch (keys)
            {
                case [DefaultKey]:
                    _default = TextOf(keys, value);
                    break;
                case [ProfilesKey]:
                    RefuseUnlessTable("NAME", value);
                    break;
                case [ProfilesKey, var name]:
                    RefuseUnlessTable(name, value);
                    Add(ReadName(name, value));
                    break;
                case [ProfilesKey, var name, var key]:
                    Set(Add(ReadName(name, value)), key, keys, value, warn);
                    break;
                default:
                    warn($"{Place(value)} has the unknown key {Report.Safe(string.Join('.', keys))}. Write each profile as a table, "
                        + $"[{ProfilesKey}.NAME].");
                    break;
            }
        }

        foreach (var profile in _profiles.Values)
        {
            RefuseTwoIdentities(profile);
        }
    }

    /// <summary>The content of the file.</summary>
    internal string Text { get; }

    internal string Path => _path;

    /// <summary>The names of the profiles, in the order of the file.</summary>
    internal IReadOnlyList<string> Names => [.. _profiles.Keys];

    /// <summary>The value of the key <c>default</c>; null if the file does not have it.</summary>
    internal string? DefaultKeyValue => _default;

    /// <summary>The name of the default profile: that of the key <c>default</c>, or the only profile; otherwise null.</summary>
    internal string? DefaultName => _default ?? (_profiles.Count == 1 ? _profiles.Keys.Single() : null);

    /// <summary>The default profile; null if there is none.</summary>
    /// <exception cref="UsageException">The file names a profile that it does not have.</exception>
    internal Profile? Default => DefaultName is { } name ? Get(name) : null;

    /// <summary>Reads the file. A file that does not exist has no profiles.</summary>
    /// <param name="path">The path.</param>
    /// <param name="warn">Prints a warning.</param>
    /// <exception cref="UsageException">The file cannot be read, or is not valid.</exception>
    internal static ProfileFile Read(string path, Action<string> warn)
    {
        var text = ReadText(path);
        if (text.Length > 0 && IsWritableByOthers(path))
        {
            warn(
                $"Other accounts of this machine can change {path}, and so choose your server. "
                + $"Run `chmod 600 {ShellQuote.ForCommand(path)}`.");
        }

        return Parse(path, text, warn);
    }

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="UsageException">The content is not valid.</exception>
    internal static ProfileFile Parse(string path, string text, Action<string> warn)
    {
        var document = ParseSyntax(path, text);
        return document.Diagnostics.FirstOrDefault(one => one.Kind == DiagnosticMessageKind.Error) is { } error
            ? throw new UsageException(string.Create(
                CultureInfo.InvariantCulture,
                $"The file {path} is not valid TOML: see line {error.Span.Start.Line + 1}, column {error.Span.Start.Column + 1}."))
            : new ProfileFile(path, text, document, warn);
    }

    /// <exception cref="UsageException">There is no such profile.</exception>
    internal Profile Get(string name) => _profiles.GetValueOrDefault(name) ?? throw new UsageException(
        $"There is no profile {Report.Safe(name)} in {_path}. "
        + (_profiles.Count == 0 ? "`s3auth configure` writes one." : $"It has {string.Join(", ", Names)}."));

    /// <summary>
    /// Writes a profile into the file, and makes it the default if the file names none. Another program may have changed the file since it
    /// was read, so reads it again.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="isDefault">Whether to make it the default in any case.</param>
    /// <exception cref="UsageException">The file cannot be written.</exception>
    internal void Save(Profile profile, bool isDefault)
    {
        var current = Read(_path, _ => { });

        // Without the key, a second profile would leave no default.
        var newDefault = isDefault ? profile.Name : current._default ?? current.DefaultName ?? profile.Name;
        var text = ProfileEditor.Apply(current, profile, newDefault);
        if (text != current.Text)
        {
            AtomicFile.Write(_path, Encoding.UTF8.GetBytes(text));
        }
    }

    /// <summary>Returns the profile with a name; null if there is none.</summary>
    internal Profile? Find(string name) => _profiles.GetValueOrDefault(name);

    private static DocumentSyntax ParseSyntax(string path, string text)
    {
        try
        {
            return SyntaxParser.Parse(text, path, validate: true);
        }
        catch (TomlException)
        {
            // The message may quote the file.
            throw new UsageException($"The file {path} is not valid TOML.");
        }
    }

    private static string ReadText(string path)
    {
        var buffer = new byte[MaxSize + 1];
        int length;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The file {path} cannot be read: {exception.Message}");
        }

        if (length > MaxSize)
        {
            throw new UsageException($"The file {path} has more than {MaxSize} bytes, so it is not a file of profiles.");
        }

        var content = buffer.AsSpan(0, length);
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(
                content.StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content);
        }
        catch (DecoderFallbackException)
        {
            throw new UsageException($"The file {path} is not UTF-8 text.");
        }
    }

    private static bool IsWritableByOthers(string path) =>
        !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & (UnixFileMode.GroupWrite | UnixFileMode.OtherWrite)) != UnixFileMode.None;

    private string ReadName(string name, SyntaxNode node) => Profile.IsName(name)
        ? name
        : throw new UsageException($"{Place(node)} has a profile whose name is not valid. {Profile.NameRule}");

    private Dictionary<SettingKey, string> Add(string name)
    {
        if (!_profiles.TryGetValue(name, out var profile))
        {
            profile = new Profile(name, new Dictionary<SettingKey, string>());
            _profiles[name] = profile;
        }

        return (Dictionary<SettingKey, string>)profile.Values;
    }

    private void RefuseUnlessTable(string name, SyntaxNode node)
    {
        if (node is not (TableSyntax or InlineTableSyntax))
        {
            throw new UsageException($"{Place(node)}: write a profile as a table, [{ProfilesKey}.{Report.Safe(name)}].");
        }
    }

    private void Set(
        Dictionary<SettingKey, string> values, string name, IReadOnlyList<string> keys, SyntaxNode node, Action<string> warn)
    {
        if (SettingKey.All.FirstOrDefault(key => key.Name == name) is not { } key)
        {
            warn($"{Place(node)} has the unknown key {Report.Safe(name)}.{Suggest(name)}");
            return;
        }

        var value = TextOf(keys, node);
        values[key] = key.IsPath ? AbsoluteOf(value) : value;
    }

    private static string Suggest(string name)
    {
        var similar = NearestName.Find(name, SettingKey.All.Select(key => key.Name)) is { } found ? $" Did you mean {found}?" : "";
        return SecretWords.Any(word => name.Contains(word, StringComparison.OrdinalIgnoreCase))
            ? $" Do not keep a secret in this file.{similar}"
            : similar;
    }

    // A path is relative to the folder of this file, because s3auth may start in any folder.
    private string AbsoluteOf(string path) =>
        System.IO.Path.GetFullPath(ToolFolders.ExpandHome(path), System.IO.Path.GetDirectoryName(_path)!);

    private string TextOf(IReadOnlyList<string> keys, SyntaxNode node) => node is StringValueSyntax { Value: { Length: > 0 } text }
        ? Report.Safe(text) == text
            ? text
            : throw new UsageException($"{Place(node)}: the value of {Report.Safe(keys[^1])} has control characters.")
        : throw new UsageException($"{Place(node)}: the value of {Report.Safe(keys[^1])} must be a text in quotes.");

    private void RefuseTwoIdentities(Profile profile)
    {
        var named = profile.Values.Keys.Where(key => key.Use == IdentityUse.Names).Select(key => key.Name).ToList();
        if (named.Count > 1)
        {
            throw new UsageException($"Profile {profile.Name} in {_path} has {string.Join(" and ", named)}. Keep one of them.");
        }
    }

    private string Place(SyntaxNode node) =>
        string.Create(CultureInfo.InvariantCulture, $"Line {node.Span.Start.Line + 1} of {_path}");
}
