namespace S3Auth.Cli.Commands;

/// <summary>The options that select files by their paths.</summary>
internal sealed class PatternOptions
{
    /// <summary>The option that names a file of rules.</summary>
    internal const string FromName = "--filter-from";

    private const string StandardInput = "-";

    private readonly Option<string[]> _include = new("--include")
    {
        Description = "Only files that match, such as '*.parquet'; may be repeated",
        HelpName = "PATTERN",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _exclude = new("--exclude")
    {
        Description = "Skip files that match, such as 'tmp/'; may be repeated",
        HelpName = "PATTERN",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _from = new(FromName)
    {
        Description = "A file of rules, '+ PATTERN' or '- PATTERN', one per line; the first match decides; - is stdin",
        HelpName = "FILE",
        DefaultValueFactory = _ => [],
    };

    internal void AddTo(Command command)
    {
        command.Add(_include);
        command.Add(_exclude);
        command.Add(_from);
    }

    /// <exception cref="UsageException">A pattern is not valid, or a file cannot be read.</exception>
    internal PathFilter Read(ParseResult parsed) =>
        new(parsed.GetValue(_include)!, parsed.GetValue(_exclude)!, parsed.GetValue(_from)!.SelectMany(ReadRules));

    private static List<FilterRule> ReadRules(string file)
    {
        try
        {
            return file == StandardInput
                ? FilterRule.Read(LinesOf(Console.In), "stdin")
                : FilterRule.Read(File.ReadLines(file), file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The filter file {file} cannot be read: {exception.Message}");
        }
    }

    private static IEnumerable<string> LinesOf(TextReader reader)
    {
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
