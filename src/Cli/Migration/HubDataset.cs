using System.Text.RegularExpressions;

namespace S3Auth.Cli.Migration;

/// <summary>The name of a dataset on the Hub: <c>owner/name</c>, or <c>name</c> for a few old datasets.</summary>
internal sealed partial record HubDataset
{
    private HubDataset(string name) => Name = name;

    internal string Name { get; }

    /// <summary>Parses a name, or the URL of the dataset's page.</summary>
    /// <exception cref="UsageException">The text is not a name.</exception>
    internal static HubDataset Parse(string text)
    {
        var name = text;
        foreach (var start in new[] { "https://huggingface.co/datasets/", "hf://datasets/", "datasets/" })
        {
            name = name.StartsWith(start, StringComparison.Ordinal) ? name[start.Length..] : name;
        }

        return Pattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal)
            ? new HubDataset(name)
            : throw new UsageException("This is not a dataset. Use OWNER/NAME, as on the dataset's page.");
    }

    public override string ToString() => Name;

    [GeneratedRegex(
        "^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
