namespace S3Auth.Api.Configuration;

/// <summary>
/// One setting of the operator: its environment variable, and everything that the reader, the log, the error messages and the tables of
/// docs/operators.md say about it.
/// </summary>
/// <param name="Name">The environment variable.</param>
internal abstract record Setting(string Name)
{
    /// <summary>What the setting does, for the operator, as Markdown.</summary>
    public required string Meaning { get; init; }

    /// <summary>The value if the operator sets none, as an operator would write it; null for no value.</summary>
    public string? Default { get; init; }

    /// <summary>The default in development, if it is different.</summary>
    public string? DevelopmentDefault { get; init; }

    /// <summary>Whether the server starts without a value only in development.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether the value is a secret or may contain one. Messages and logs do not show it.</summary>
    public bool IsSecret { get; init; }

    /// <summary>The values that it takes, for the operator, as Markdown.</summary>
    public abstract string Values { get; }

    /// <summary>The smallest and the largest value of a number; null for other settings.</summary>
    public abstract (long Min, long Max)? Bounds { get; }

    /// <summary>The allowed words; empty for settings that take other values.</summary>
    public abstract IReadOnlyList<string> Choices { get; }

    public sealed override string ToString() => Name;

    internal string? DefaultIn(bool isDevelopment) => isDevelopment ? DevelopmentDefault ?? Default : Default;
}

/// <summary>A setting whose value is a <typeparamref name="T"/>.</summary>
/// <param name="Name">The environment variable.</param>
/// <param name="Format">Parses its text.</param>
internal sealed record Setting<T>(string Name, SettingFormat<T> Format) : Setting(Name)
{
    public override string Values => Format.Values;

    public override (long Min, long Max)? Bounds => Format.Bounds;

    public override IReadOnlyList<string> Choices => Format.Choices;

    /// <exception cref="FormatException">The text is not such a value. The message is a sentence for the operator.</exception>
    internal T Parse(string text)
    {
        try
        {
            return Format.Parse(text);
        }
        catch (FormatException problem)
        {
            var subject = IsSecret || Format.MayContainPassword ? $"{Name} cannot be used" : $"{Name} is '{text}'";
            throw new FormatException($"{subject}: {problem.Message}.", problem);
        }
    }
}

/// <summary>The format of a setting: which values it takes, and how its text is parsed.</summary>
/// <param name="Values">The values that the setting takes, as Markdown.</param>
/// <param name="Parse">
/// Reads the trimmed, non-empty text. For any other text it throws a <see cref="FormatException"/> whose message is a clause such as
/// "it must be true or false".
/// </param>
internal sealed record SettingFormat<T>(string Values, Func<string, T> Parse)
{
    public (long Min, long Max)? Bounds { get; init; }

    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether a text that does not parse may contain a password, so that messages do not repeat it.</summary>
    public bool MayContainPassword { get; init; }
}

/// <summary>Settings that an operator looks for together.</summary>
internal sealed record SettingGroup(string Title, IReadOnlyList<Setting> Settings);

/// <summary>Variables that libraries read themselves.</summary>
internal sealed record LibraryVariables(IReadOnlyList<string> Names, string Meaning);
