using System.Text.RegularExpressions;

namespace S3Auth.Cli.Migration;

/// <summary>A dataset by its name on the Hub, <c>owner/name</c> or for a few old ones just <c>name</c>.</summary>
internal sealed partial record HubDataset
{
    private HubDataset(string name) => Name = name;

    internal string Name { get; }

    /// <summary>Reads a name, also as part of the dataset's page's address.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    internal static HubDataset Parse(string text)
    {
        var name = text;
        foreach (var start in new[] { "https://huggingface.co/datasets/", "hf://datasets/", "datasets/" })
        {
            name = name.StartsWith(start, StringComparison.Ordinal) ? name[start.Length..] : name;
        }

        return Pattern().IsMatch(name) && !name.Contains("..", StringComparison.Ordinal)
            ? new HubDataset(name)
            : throw new UsageException("A dataset is named OWNER/NAME, as on its page.");
    }

    public override string ToString() => Name;

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Pattern();
}
