using System.Reflection;

namespace S3Auth.DevelopmentStore.Tests;

internal sealed class ReadmeTests
{
    [Test]
    public async Task Table_in_the_README_matches_the_code()
    {
        var readme = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "src/DevelopmentStore/README.md"));
        var rows = readme.Split('\n')
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries))
            .Where(cells => cells.Length == 7 && cells[1].StartsWith('`'))
            .Select(cells => (Name: cells[1].Trim('`'), Values: string.Join(", ", cells[3..6])));
        var properties = typeof(StoreBehaviour)
            .GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(property => property.Name is not (nameof(StoreBehaviour.Name) or "EqualityContract"))
            .Select(property => (
                property.Name, Values: string.Join(", ", StoreBehaviour.All.Select(store => TextOf(property.GetValue(store))))));

        Assert.That(rows, Is.EqualTo(properties));
    }

    private static string? TextOf(object? value) => value switch
    {
        true => "yes",
        false => "no",
        IReadOnlyList<string> { Count: 0 } => "none",
        IReadOnlyList<string> list => string.Join(' ', list),
        _ => value?.ToString(),
    };
}
