namespace S3Auth.Cli.Credentials;

/// <summary>Asks on stderr, so that stdout has only results.</summary>
/// <param name="input">Where the answers come from.</param>
/// <param name="output">Where the questions go.</param>
/// <param name="usesDefaults">Whether to answer every question with its default.</param>
/// <param name="cancellationToken">Cancels a question.</param>
internal sealed class Questions(
    TextReader input, TextWriter output, bool usesDefaults, CancellationToken cancellationToken = default)
{
    private bool _isInputClosed;

    /// <summary>Whether a question can be asked again after a wrong answer.</summary>
    internal bool CanAskAgain => !usesDefaults && !_isInputClosed;

    /// <summary>Asks for a text.</summary>
    /// <param name="question">The question.</param>
    /// <param name="preset">The answer if the user types nothing; null if there is none.</param>
    /// <param name="option">The option that answers it.</param>
    /// <exception cref="UsageException">There is no answer.</exception>
    internal string Ask(string question, string? preset, string option)
    {
        if (usesDefaults)
        {
            return preset ?? throw new UsageException($"Pass {option} too, because --yes answers no questions that have no default.");
        }

        while (true)
        {
            output.Write(preset is null ? $"{question}: " : $"{question} [{preset}]: ");
            if (ReadLine() is not { } answer)
            {
                _isInputClosed = true;
                output.WriteLine();
                throw new UsageException($"The input ended without an answer. Pass {option} and --yes.");
            }

            if ((answer.Trim() is { Length: > 0 } typed ? typed : preset) is { } text)
            {
                return text;
            }
        }
    }

    /// <summary>Asks for one of some names. Also accepts another name.</summary>
    /// <param name="question">The question.</param>
    /// <param name="names">The names.</param>
    /// <param name="preset">The answer if the user types nothing; null for the name <c>default</c>, or the only name.</param>
    /// <param name="option">The option that answers it.</param>
    /// <exception cref="UsageException">There is no answer.</exception>
    internal string Choose(string question, IReadOnlyList<string> names, string? preset, string option) => Ask(
        names.Count == 0 ? question : $"{question} ({Report.Safe(string.Join(", ", names))})",
        preset ?? (names.Contains("default") ? "default" : names.Count == 1 ? names[0] : null),
        option);

    /// <summary>Asks for a text that may be empty.</summary>
    /// <returns>The text; null if it is empty, or there is no answer.</returns>
    internal string? AskOptional(string question)
    {
        if (usesDefaults)
        {
            return null;
        }

        output.Write($"{question}: ");
        return ReadLine()?.Trim() is { Length: > 0 } answer ? answer : null;
    }

    /// <summary>Asks a question with yes or no as the answer.</summary>
    /// <exception cref="UsageException">There is no answer.</exception>
    internal bool Confirm(string question, bool preset, string option)
    {
        if (usesDefaults)
        {
            return preset;
        }

        while (true)
        {
            switch (Ask($"{question} (y/n)", preset ? "y" : "n", option).ToUpperInvariant())
            {
                case "Y" or "YES":
                    return true;
                case "N" or "NO":
                    return false;
            }
        }
    }

    // A terminal is read on another thread, because Ctrl-C must not wait for an answer.
    private string? ReadLine() => cancellationToken.CanBeCanceled
        ? Task.Run(input.ReadLine, CancellationToken.None).WaitAsync(cancellationToken).GetAwaiter().GetResult()
        : input.ReadLine();
}
