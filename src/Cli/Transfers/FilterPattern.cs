namespace S3Auth.Cli.Transfers;

/// <summary>
/// A pattern of <c>--include</c>, <c>--exclude</c> and <c>--filter-from</c>, in rclone's syntax: <c>*</c> and <c>?</c> match characters
/// within a segment, <c>**</c> matches any characters, <c>[a-z]</c> one of a set, <c>{a,b}</c> one of several texts. <c>\</c> makes the
/// next character literal. A pattern that begins with <c>/</c> matches from the root, any other one from the start of any segment. A
/// pattern that ends with <c>/</c> matches everything below.
/// </summary>
internal sealed class FilterPattern
{
    private const int MaxAlternatives = 1000;
    private const char Escape = '\\';

    private readonly List<Token[]> _alternatives;

    /// <exception cref="UsageException">The pattern is not valid.</exception>
    internal FilterPattern(string pattern)
    {
        if (pattern.Length == 0)
        {
            throw new UsageException("A filter pattern is empty.");
        }

        if (pattern.Contains("{{", StringComparison.Ordinal))
        {
            throw Invalid(pattern, "regular expressions ({{…}}) are not supported");
        }

        var text = pattern.StartsWith('/') ? pattern[1..] : "**/" + pattern;
        text = text.Length == 0 || text.EndsWith('/') ? text + "**" : text;
        _alternatives = [.. Expand(text, pattern).Select(one => Read(one, pattern))];
    }

    private enum Kind
    {
        Literal,
        AnyCharacter,
        AnyInSegment,
        Anything,

        /// <summary>The start of any number of segments, each with its slash. The next token is <see cref="Segment"/>.</summary>
        Segments,

        /// <summary>Within such a segment.</summary>
        Segment,

        Set,
    }

    /// <summary>Whether the pattern matches a relative path with <c>/</c> between segments.</summary>
    internal bool Matches(string path)
    {
        var runes = path.EnumerateRunes().ToArray();
        return _alternatives.Exists(tokens => Matches(tokens, runes));
    }

    // Follows all possible positions in the pattern at once, so that no pattern takes long.
    private static bool Matches(Token[] tokens, Rune[] path)
    {
        var isAt = new bool[tokens.Length + 1];
        isAt[0] = true;
        Skip(tokens, isAt);
        foreach (var rune in path)
        {
            var next = new bool[tokens.Length + 1];
            for (var i = 0; i < tokens.Length; i++)
            {
                if (isAt[i] && tokens[i].Next(i, rune) is { } position)
                {
                    next[position] = true;
                }
            }

            isAt = next;
            Skip(tokens, isAt);
        }

        return isAt[^1];
    }

    // Adds the positions after tokens that can match an empty text.
    private static void Skip(Token[] tokens, bool[] isAt)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            if (isAt[i] && tokens[i].Kind is Kind.AnyInSegment or Kind.Anything)
            {
                isAt[i + 1] = true;
            }
            else if (isAt[i] && tokens[i].Kind == Kind.Segments)
            {
                isAt[i + 2] = true;
            }
        }
    }

    /// <summary>Returns the pattern with each choice of its braces.</summary>
    private static List<string> Expand(string text, string pattern)
    {
        var expanded = new List<StringBuilder> { new() };
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == Escape && i + 1 < text.Length)
            {
                expanded.ForEach(one => one.Append(text, i, 2));
                i++;
            }
            else if (text[i] == '{')
            {
                var choices = ReadChoices(text, pattern, ref i);
                expanded = [.. expanded.SelectMany(one => choices.Select(choice => new StringBuilder().Append(one).Append(choice)))];
                if (expanded.Count > MaxAlternatives)
                {
                    throw Invalid(pattern, $"its braces stand for more than {MaxAlternatives} patterns");
                }
            }
            else
            {
                expanded.ForEach(one => one.Append(text[i]));
            }
        }

        return expanded.ConvertAll(one => one.ToString());
    }

    private static List<string> ReadChoices(string text, string pattern, ref int i)
    {
        var choices = new List<StringBuilder> { new() };
        while (++i < text.Length && text[i] != '}')
        {
            if (text[i] == '{')
            {
                throw Invalid(pattern, "braces within braces are not supported");
            }

            if (text[i] == ',')
            {
                choices.Add(new StringBuilder());
            }
            else
            {
                choices[^1].Append(text[i]);
                if (text[i] == Escape && i + 1 < text.Length)
                {
                    choices[^1].Append(text[++i]);
                }
            }
        }

        return i < text.Length ? choices.ConvertAll(one => one.ToString()) : throw Invalid(pattern, "a { has no }");
    }

    private static Token[] Read(string text, string pattern)
    {
        var (tokens, runes) = (new List<Token>(), text.EnumerateRunes().ToArray());
        for (var i = 0; i < runes.Length; i++)
        {
            switch (runes[i].Value)
            {
                case Escape:
                    tokens.Add(++i < runes.Length
                        ? new Token(Kind.Literal, runes[i])
                        : throw Invalid(pattern, "it ends with \\, which makes the next character literal"));
                    break;
                case '*' when IsAt(i + 1, '*'):
                    if (IsAt(i + 2, '/') && (i == 0 || IsAt(i - 1, '/')))
                    {
                        tokens.AddRange([new Token(Kind.Segments), new Token(Kind.Segment)]);
                        i++;
                    }
                    else
                    {
                        tokens.Add(new Token(Kind.Anything));
                    }

                    i++;
                    break;
                case '*':
                    tokens.Add(new Token(Kind.AnyInSegment));
                    break;
                case '?':
                    tokens.Add(new Token(Kind.AnyCharacter));
                    break;
                case '[':
                    tokens.Add(ReadSet(runes, pattern, ref i));
                    break;
                default:
                    tokens.Add(new Token(Kind.Literal, runes[i]));
                    break;
            }
        }

        return [.. tokens];

        bool IsAt(int index, char character) => index >= 0 && index < runes.Length && runes[index].Value == character;
    }

    private static Token ReadSet(Rune[] runes, string pattern, ref int i)
    {
        var isNegated = i + 1 < runes.Length && runes[i + 1].Value is '!' or '^';
        var ranges = new List<(Rune First, Rune Last)>();
        i += isNegated ? 2 : 1;
        for (var start = i; i < runes.Length && (runes[i].Value != ']' || i == start); i++)
        {
            var first = ReadOne(ref i);
            var isRange = i + 2 < runes.Length && runes[i + 1].Value == '-' && runes[i + 2].Value != ']';
            i += isRange ? 2 : 0;
            ranges.Add((first, isRange ? ReadOne(ref i) : first));
        }

        return i < runes.Length ? new Token(Kind.Set, default, isNegated, [.. ranges]) : throw Invalid(pattern, "a [ has no ]");

        Rune ReadOne(ref int at)
        {
            at += runes[at].Value == Escape && at + 1 < runes.Length ? 1 : 0;
            return runes[at];
        }
    }

    private static UsageException Invalid(string pattern, string problem) =>
        new($"The filter pattern {Report.Safe(pattern)} is not valid: {problem}.");

    private sealed record Token(Kind Kind, Rune Literal = default, bool IsNegated = false, (Rune First, Rune Last)[]? Ranges = null)
    {
        /// <summary>Returns the position after a character, for the token at a position; null if the character does not match.</summary>
        internal int? Next(int position, Rune rune)
        {
            var isSlash = rune.Value == '/';
            return Kind switch
            {
                Kind.Literal => rune == Literal ? position + 1 : null,
                Kind.AnyCharacter => isSlash ? null : position + 1,
                Kind.AnyInSegment => isSlash ? null : position,
                Kind.Anything => position,
                Kind.Segments => isSlash ? position : position + 1,
                Kind.Segment => isSlash ? position - 1 : position,
                _ => !isSlash && IsInSet(rune) != IsNegated ? position + 1 : null,
            };
        }

        private bool IsInSet(Rune rune) => Array.Exists(Ranges!, range => rune >= range.First && rune <= range.Last);
    }
}
