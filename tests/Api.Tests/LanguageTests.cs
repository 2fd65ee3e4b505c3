namespace S3Auth.Api.Tests;

/// <summary>
/// Checks code and documents against docs/style.md: the phrases and names in its two tables do not occur, and lines end by column 140.
/// </summary>
public sealed partial class LanguageTests
{
    private const string Guide = "docs/style.md";
    private const int MaxLineLength = 140;

    private static readonly string[] Folders = ["src", "tests", "docs", "deploy", "clients", ".github"];
    private static readonly string[] BuildFolders = ["bin", "obj", "cdk.out", "node_modules", "build", "dist"];
    private static readonly string[] TextFiles =
        [".cs", ".razor", ".cshtml", ".md", ".sh", ".py", ".js", ".css", ".yml", ".yaml", ".env", ".conf", ".service"];

    // Names that programs use: S3Auth.Client is a library.
    private static readonly string[] PublicNames = ["LongestWait"];

    private static readonly List<SourceFile> Files = ReadFiles();

    [Test]
    public void Text_has_none_of_the_phrases_that_the_style_guide_replaces()
    {
        var phrases = Rows("phrases");

        Assert.That(Files, Has.Count.GreaterThan(500));
        Assert.That(
            Files.SelectMany(file => phrases.SelectMany(phrase => Find(file, PhrasePattern(phrase.Avoid), phrase.Write))), Is.Empty);
    }

    [Test]
    public void Code_has_none_of_the_names_that_the_style_guide_replaces()
    {
        var names = Rows("names");
        var code = Files.Where(file => file.Extension is ".cs" or ".razor" or ".cshtml").ToList();

        Assert.That(code.SelectMany(file => names.SelectMany(name => Find(file, NamePattern(name.Avoid), name.Write))), Is.Empty);
    }

    [Test]
    public void Lines_of_code_end_by_column_140() =>
        Assert.That(Files.Where(file => file.Extension == ".cs").SelectMany(LongLinesOfCode), Is.Empty);

    [Test]
    public void Lines_of_the_Python_package_end_by_column_140() => Assert.That(
        Files.Where(file => file.Extension == ".py" && file.Name.StartsWith("clients/", StringComparison.Ordinal)).SelectMany(LongLines),
        Is.Empty);

    [Test]
    public void Lines_of_documents_end_by_column_140() =>
        Assert.That(Files.Where(file => file.Extension == ".md").SelectMany(LongLinesOfProse), Is.Empty);

    [TestCase("so many at once", "// So many\n    // at once", true)]
    [TestCase("so many at once", "/// so many at\n/// once.", true)]
    [TestCase("so many at once", "so many at onces", false)]
    public void Phrase_is_found_whatever_its_case_and_across_lines(string phrase, string text, bool isFound) =>
        Assert.That(PhrasePattern(phrase).IsMatch(text), Is.EqualTo(isFound));

    [TestCase("Most…", "const int MostBytes = 1;", true)]
    [TestCase("Most…", "int _mostBytes;", true)]
    [TestCase("Most…", "// Most bytes are zero; Mostly.", false)]
    [TestCase("Whether", "bool Whether(int a)", true)]
    [TestCase("Whether", "bool WhetherTrue", false)]
    [TestCase("Whether", "/// Whether <c>it</c> is.", false)]
    public void Name_is_found_as_a_whole_or_by_its_beginning(string name, string code, bool isFound) =>
        Assert.That(NamePattern(name).IsMatch(code), Is.EqualTo(isFound));

    private static IEnumerable<string> Find(SourceFile file, Regex pattern, string write) =>
        pattern.Matches(file.Text).Where(match => !PublicNames.Contains(match.Value, StringComparer.Ordinal)).Select(match =>
            $"{file.Name}:{1 + file.Text.AsSpan(0, match.Index).Count('\n')}: '{match.Value}'; write {write} ({Guide})");

    // A phrase may continue on the next line, after the comment's mark.
    private static Regex PhrasePattern(string phrase) => new(
        $@"\b{string.Join(@"\s+(?:(?:///?|#)\s*)?", phrase.Split(' ').Select(Regex.Escape))}\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
        TimeSpan.FromSeconds(1));

    // "Most…" stands for each identifier that begins with the word, also as a private field.
    private static Regex NamePattern(string name)
    {
        var word = Regex.Escape(name.TrimEnd('…'));
        var field = $"_{char.ToLowerInvariant(word[0])}{word[1..]}";
        return new Regex(
            name.EndsWith('…') ? $@"\b(?:{word}|{field})(?=[A-Z])\w+" : $@"\b{word}\b(?=[(<.;,)]| = | \{{)",
            RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1));
    }

    // The exceptions: text in a raw string literal, and a line with a part that cannot be wrapped, such as a URL or an address.
    private static IEnumerable<string> LongLinesOfCode(SourceFile file)
    {
        var isRaw = false;
        foreach (var (index, line) in file.Lines.Index())
        {
            var marks = RawStringMark().Count(VerbatimString().Replace(line, ""));
            if (line.Length > MaxLineLength && !isRaw && marks == 0 && !Unbreakable().IsMatch(line))
            {
                yield return $"{file.Name}:{index + 1}: {line.Length} columns";
            }

            isRaw ^= marks % 2 == 1;
        }
    }

    private static IEnumerable<string> LongLines(SourceFile file) =>
        from line in file.Lines.Index()
        where line.Item.Length > MaxLineLength && !Unbreakable().IsMatch(line.Item)
        select $"{file.Name}:{line.Index + 1}: {line.Item.Length} columns";

    // The exceptions: tables, code blocks and the targets of links.
    private static IEnumerable<string> LongLinesOfProse(SourceFile file)
    {
        var isCode = false;
        foreach (var (index, line) in file.Lines.Index())
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal))
            {
                isCode = !isCode;
            }

            var length = LinkTarget().Replace(line, "]").Length;
            if (length > MaxLineLength && !isCode && !line.TrimStart().StartsWith('|'))
            {
                yield return $"{file.Name}:{index + 1}: {length} columns";
            }
        }
    }

    /// <summary>Reads one of the two tables of the style guide, which begin and end with a comment.</summary>
    private static List<(string Avoid, string Write)> Rows(string table)
    {
        var text = RepositoryFiles.Read(Guide);
        var begin = text.IndexOf($"<!-- {table}: ", StringComparison.Ordinal);
        var rows = text[begin..text.IndexOf($"<!-- end of {table} -->", begin, StringComparison.Ordinal)]
            .Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(2)
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .SelectMany(cells => cells[1].Split(';', StringSplitOptions.TrimEntries).Select(cell => (cell.Trim('`'), cells[2])))
            .ToList();
        Assert.That(rows, Has.Count.GreaterThan(4), $"{Guide} has no table of {table}.");
        return rows;
    }

    // The guide itself has the phrases, and this file has examples of them.
    private static List<SourceFile> ReadFiles() =>
    [
        .. Folders
            .SelectMany(folder => Directory.GetFiles(RepositoryFiles.PathOf(folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.GetFiles(Repository.Root))
            .Select(path => Path.GetRelativePath(Repository.Root, path).Replace('\\', '/'))
            .Where(name => !name.Split('/').Intersect(BuildFolders, StringComparer.Ordinal).Any())
            .Where(name => TextFiles.Contains(Path.GetExtension(name), StringComparer.Ordinal))
            .Where(name => name != Guide && !name.EndsWith($"/{nameof(LanguageTests)}.cs", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SourceFile(name, RepositoryFiles.Read(name))),
    ];

    [GeneratedRegex("\"{3,}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex RawStringMark();

    [GeneratedRegex("""(\$@|@\$?)"([^"]|"")*"(?!")""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex VerbatimString();

    [GeneratedRegex(@"\S{100}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Unbreakable();

    [GeneratedRegex(@"\]\([^)]*\)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex LinkTarget();

    private sealed record SourceFile(string Name, string Text)
    {
        public string Extension { get; } = Path.GetExtension(Name);

        public string[] Lines { get; } = Text.Split('\n');
    }
}
