using System.Buffers;

namespace S3Auth.Domain;

/// <summary>
/// The template of a miner's folder: literal text and placeholders, such as <c>data/{source}/{coldkey}/</c>. Every template that parses
/// gives different owners different folders, none of which contains another one: an address has 48 characters, a placeholder's value
/// has no <c>/</c>, and every folder of a template has the same number of segments.
/// </summary>
public sealed record LayoutTemplate
{
    /// <summary>The maximum length of a template, in characters.</summary>
    public const int MaxLength = 128;

    internal const string SourcePlaceholder = "{source}";
    internal const string NetuidPlaceholder = "{netuid}";

    private const string HotkeyPlaceholder = "{hotkey}";
    private const string ColdkeyPlaceholder = "{coldkey}";
    private const string UidPlaceholder = "{uid}";

    private static readonly string[] Placeholders = [HotkeyPlaceholder, ColdkeyPlaceholder, SourcePlaceholder, NetuidPlaceholder];

    // No store, URL or shell treats these characters specially.
    private static readonly SearchValues<char> LiteralCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/");

    private LayoutTemplate(string name, string text, bool hasJobs)
    {
        Name = name;
        Text = text;
        HasJobs = hasJobs;
        HasColdkeyFolders = text.Contains(ColdkeyPlaceholder, StringComparison.Ordinal);
        HasSource = text.Contains(SourcePlaceholder, StringComparison.Ordinal);

        var owner = HasColdkeyFolders ? ColdkeyPlaceholder : HotkeyPlaceholder;
        var start = text.IndexOf(owner, StringComparison.Ordinal);
        BeforeOwner = text[..start];
        AfterOwner = text[(start + owner.Length)..];
    }

    /// <summary><c>data/{source}/{coldkey}/</c>: one folder for each source, shared by all hotkeys of a coldkey.</summary>
    public static LayoutTemplate Coldkey { get; } = new("coldkey", "data/{source}/{coldkey}/", hasJobs: false);

    /// <summary><c>data/hotkey={hotkey}/</c>: one folder for each hotkey, with a folder for each job inside.</summary>
    public static LayoutTemplate Hotkey { get; } = new("hotkey", "data/hotkey={hotkey}/", hasJobs: true);

    /// <summary>The templates with a name.</summary>
    public static IReadOnlyList<LayoutTemplate> Named { get; } = [Coldkey, Hotkey];

    /// <summary>The name of a template that has one; otherwise its text.</summary>
    public string Name { get; }

    /// <summary>The template.</summary>
    public string Text { get; }

    /// <summary>Whether files belong in the folder of a job. In other layouts a miner may leave out the job.</summary>
    public bool HasJobs { get; }

    /// <summary>Whether coldkeys name the folders; otherwise hotkeys do.</summary>
    public bool HasColdkeyFolders { get; }

    /// <summary>Whether a miner has one folder for each source.</summary>
    public bool HasSource { get; }

    /// <summary>The part before the owner's placeholder.</summary>
    internal string BeforeOwner { get; }

    /// <summary>The part after the owner's placeholder, which ends with <c>/</c>.</summary>
    internal string AfterOwner { get; }

    /// <summary>Parses a name or a template.</summary>
    /// <param name="text">The name, in upper or lower case, or the template.</param>
    /// <param name="template">The template; null if the text is not valid.</param>
    /// <param name="problem">What is wrong, as a clause such as "it must end with /"; null if the text is valid.</param>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out LayoutTemplate? template, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(text);

        template = Named.FirstOrDefault(named => string.Equals(named.Name, text, StringComparison.OrdinalIgnoreCase) || named.Text == text);
        problem = template is null ? Check(text) : null;
        if (problem is not null)
        {
            return false;
        }

        template ??= new LayoutTemplate(text, text, hasJobs: false);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static string? Check(string text)
    {
        if (text.Length > MaxLength)
        {
            return $"a template has at most {MaxLength} characters";
        }

        return Placeholders.FirstOrDefault(placeholder => text.Split(placeholder).Length > 2) is { } repeated
            ? $"it has {repeated} more than once"
            : CheckPlaceholders(text) ?? CheckLiterals(text);
    }

    private static string? CheckPlaceholders(string text)
    {
        if (text.Contains(UidPlaceholder, StringComparison.Ordinal))
        {
            return "it has {uid}, but the chain can give a uid to another miner, who would then get the folder; use {hotkey} or {coldkey}";
        }

        if (text.Split(Placeholders, StringSplitOptions.None).Any(literal => literal.AsSpan().ContainsAny('{', '}')))
        {
            return $"it may have only these placeholders: {string.Join(", ", Placeholders)}";
        }

        var hotkey = text.IndexOf(HotkeyPlaceholder, StringComparison.Ordinal);
        var coldkey = text.IndexOf(ColdkeyPlaceholder, StringComparison.Ordinal);
        if (hotkey < 0 && coldkey < 0)
        {
            return text.Contains('/', StringComparison.Ordinal)
                ? "it needs {hotkey} or {coldkey}; without one of them all miners would share a folder"
                : $"it must be {string.Join(", ", Named)}, or a template such as weights/{{hotkey}}/";
        }

        if (hotkey >= 0 && coldkey >= 0)
        {
            return "it has {hotkey} and {coldkey}, but a folder has one owner; remove one of them";
        }

        return text.IndexOf(SourcePlaceholder, StringComparison.Ordinal) > Math.Max(hotkey, coldkey)
            ? "it has {source} after the owner, but the server finds miners with one listing of each source; put {source} before the owner"
            : null;
    }

    private static string? CheckLiterals(string text)
    {
        var literals = text.Split(Placeholders, StringSplitOptions.None);
        var all = string.Concat(literals);
        if (all.AsSpan().IndexOfAnyExcept(LiteralCharacters) is >= 0 and var index)
        {
            return $"it has the character '{all[index]}'; besides placeholders, a template has letters, digits and - _ . = /";
        }

        if (!text.EndsWith('/'))
        {
            return "it must end with /, as in weights/{hotkey}/; otherwise the folder of one miner could contain keys of another";
        }

        var segments = text[..^1].Split('/');
        return segments.Contains("") ? "it has an empty segment: remove the / at the beginning, or one of two adjacent /"
            : segments.Any(segment => segment is "." or "..") ? "it has a segment . or .., which clients remove; use another name"
            : literals.AsSpan(1, literals.Length - 2).Contains("") ? "it has two placeholders without a character between them; add a /"
            : null;
    }
}
