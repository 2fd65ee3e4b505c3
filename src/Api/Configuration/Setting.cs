namespace S3Auth.Api.Configuration;

/// <summary>
/// One thing that an operator can set: the name of its variable, and all that there is to say of it. The reader knows no variable but through
/// these, and the tables of docs/operators.md are written from them.
/// </summary>
/// <param name="Name">The environment variable.</param>
/// <param name="Meaning">What it does, for the operator, as Markdown.</param>
internal record Setting(string Name, string Meaning)
{
    /// <summary>What holds where nothing is set, as it would be written; null for nothing.</summary>
    public string? Standard { get; init; }

    /// <summary>The same in development, where that is something else.</summary>
    public string? InDevelopment { get; init; }

    /// <summary>What it may be set to, for the operator, as Markdown.</summary>
    public required string Takes { get; init; }

    /// <summary>Whether there must be a value outside of development, for want of a standard.</summary>
    public bool IsNeeded { get; init; }

    public sealed override string ToString() => Name;

    /// <summary>What holds where nothing is set.</summary>
    internal string? StandardIn(bool development) => development ? InDevelopment ?? Standard : Standard;
}
