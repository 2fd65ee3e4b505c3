using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace S3Auth.Cli.Profiles;

/// <summary>
/// Changes one profile in the text of a file. Keeps every other character, because people write this file by hand and comment it.
/// </summary>
internal sealed class ProfileEditor
{
    private const string NewFile = "# Profiles of s3auth. `s3auth configure` changes this file. It contains no secret.\n";

    private readonly ProfileFile _file;
    private readonly string _newLine;
    private readonly List<(int Start, int End, string Text)> _edits = [];

    private ProfileEditor(ProfileFile file) =>
        (_file, _newLine) = (file, file.Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n");

    /// <summary>Returns the text of a file with a profile. Replaces the profile of that name, or appends the new one.</summary>
    /// <param name="file">The file.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="newDefault">The name of the default.</param>
    /// <exception cref="UsageException">The profile is written in a way that this class does not change.</exception>
    internal static string Apply(ProfileFile file, Profile profile, string newDefault)
    {
        var text = new ProfileEditor(file).Edit(profile, newDefault);

        // The file may have the profile in inline tables or dotted keys, too.
        if (IsAsWanted(file, text, profile, newDefault))
        {
            return text;
        }

        throw new UsageException(
            $"{file.Path} has profile {profile.Name}, but not as a table [profiles.{profile.Name}]. Change it with an editor.");
    }

    private static bool IsAsWanted(ProfileFile file, string text, Profile profile, string newDefault)
    {
        try
        {
            var changed = ProfileFile.Parse(file.Path, text, _ => { });
            return changed.DefaultKeyValue == newDefault
                && IsSame(changed.Find(profile.Name), profile)
                && file.Names.Where(name => name != profile.Name).All(name => IsSame(changed.Find(name), file.Get(name)));
        }
        catch (UsageException)
        {
            return false;
        }
    }

    private static bool IsSame(Profile? one, Profile other) =>
        one is not null && one.Values.Count == other.Values.Count && other.Values.All(pair => one[pair.Key] == pair.Value);

    private string Edit(Profile profile, string newDefault)
    {
        var document = SyntaxParser.Parse(_file.Text, _file.Path, validate: true);
        SetDefault(document, newDefault);
        var table = document.Tables.OfType<TableSyntax>()
            .FirstOrDefault(one => TomlValues.KeysOf(one.Name) is ["profiles", var name] && name == profile.Name);
        if (table is null)
        {
            Append(profile);
        }
        else
        {
            Change(table, profile);
        }

        // From the end to the start, so that the offsets stay valid. Of two edits at one offset, the first comes first in the text.
        var text = new StringBuilder(_file.Text);
        foreach (var (start, end, replacement) in Enumerable.Reverse(_edits).OrderByDescending(edit => edit.Start))
        {
            text.Remove(start, end - start).Insert(start, replacement);
        }

        return text.ToString();
    }

    private void SetDefault(DocumentSyntax document, string name)
    {
        if (name == _file.DefaultKeyValue)
        {
            return;
        }

        var old = document.KeyValues.FirstOrDefault(one => TomlValues.KeysOf(one.Key) is ["default"]);
        if (old?.Value is { } value)
        {
            Replace(value, Quote(name));
        }
        else
        {
            // Keys after the first table would belong to that table.
            var isNew = _file.Text.Length == 0;
            _edits.Add((0, 0, $"{(isNew ? NewFile : "")}default = {Quote(name)}{_newLine}{(isNew ? "" : _newLine)}"));
        }
    }

    private void Append(Profile profile)
    {
        var separator = _file.Text.Length == 0 || _file.Text.EndsWith('\n') ? _newLine : _newLine + _newLine;
        var name = profile.Name.Contains('.', StringComparison.Ordinal) ? Quote(profile.Name) : profile.Name;
        var lines = SettingKey.All.Where(key => profile[key] is not null).Select(key => LineOf(key, profile[key]!));
        _edits.Add((_file.Text.Length, _file.Text.Length, $"{separator}[profiles.{name}]{_newLine}{string.Concat(lines)}"));
    }

    private void Change(TableSyntax table, Profile profile)
    {
        var old = _file.Get(profile.Name);
        var end = EndOfLine(table.CloseBracket!.Span.End.Offset);
        var values = new Dictionary<string, KeyValueSyntax>(StringComparer.Ordinal);
        foreach (var item in table.Items)
        {
            end = EndOfLine(item.Value!.Span.End.Offset);
            if (TomlValues.KeysOf(item.Key) is [var key])
            {
                values[key] = item;
            }
        }

        var added = new StringBuilder();
        foreach (var key in SettingKey.All.Where(key => profile[key] != old[key]))
        {
            if (profile[key] is not { } value)
            {
                Remove(values.GetValueOrDefault(key.Name));
            }
            else if (values.TryGetValue(key.Name, out var item))
            {
                Replace(item.Value!, Quote(value));
            }
            else
            {
                added.Append(LineOf(key, value));
            }
        }

        if (added.Length > 0)
        {
            _edits.Add((end, end, (_file.Text[end - 1] == '\n' ? "" : _newLine) + added));
        }
    }

    private void Remove(KeyValueSyntax? item)
    {
        if (item is not null)
        {
            _edits.Add((StartOfLine(item.Key!.Span.Start.Offset), EndOfLine(item.Value!.Span.End.Offset), ""));
        }
    }

    private void Replace(ValueSyntax value, string text) =>
        _edits.Add((value.Span.Start.Offset, value.Span.End.Offset + 1, text));

    private string LineOf(SettingKey key, string value) => $"{key.Name} = {Quote(value)}{_newLine}";

    private int StartOfLine(int offset) => offset == 0 ? 0 : _file.Text.LastIndexOf('\n', offset - 1) + 1;

    private int EndOfLine(int offset) => _file.Text.IndexOf('\n', offset) is >= 0 and var end ? end + 1 : _file.Text.Length;

    private static string Quote(string text) => new StringValueSyntax(text).ToString();
}
