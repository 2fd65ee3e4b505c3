namespace S3Auth.Cli.Transfers;

/// <summary>A rule of a filter.</summary>
/// <param name="Includes">Whether files that match are selected; otherwise they are skipped.</param>
/// <param name="Pattern">The pattern.</param>
internal sealed record FilterRule(bool Includes, FilterPattern Pattern)
{
    /// <summary>
    /// Reads the rules of a filter file: one a line, <c>+ PATTERN</c> or <c>- PATTERN</c>. Skips empty lines and comments, which begin with
    /// <c>#</c> or <c>;</c>. A <c>!</c> removes the rules before it.
    /// </summary>
    /// <param name="lines">The lines.</param>
    /// <param name="name">The name of the file, for messages.</param>
    /// <exception cref="UsageException">A line is not such a rule.</exception>
    internal static List<FilterRule> Read(IEnumerable<string> lines, string name)
    {
        var (rules, number) = (new List<FilterRule>(), 0);
        foreach (var line in lines.Select(line => line.Trim()))
        {
            number++;
            switch (line)
            {
                case "" or ['#' or ';', ..]:
                    break;
                case "!":
                    rules.Clear();
                    break;
                case [('+' or '-') and var sign, ' ' or '\t', .. var pattern]:
                    rules.Add(new FilterRule(sign == '+', new FilterPattern(pattern.TrimStart())));
                    break;
                default:
                    throw new UsageException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{name}, line {number}: a rule is + or -, a space and a pattern, such as '- *.tmp'."));
            }
        }

        return rules;
    }
}
