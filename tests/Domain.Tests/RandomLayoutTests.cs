using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Domain.Tests;

/// <summary>Random templates, sources and owners: no folder of one owner contains a key of another, and owners are found again.</summary>
public sealed class RandomLayoutTests
{
    private const string LiteralCharacters = "aZ5F09-_.=x///";

    // Names that resemble each other, and the beginning of an address.
    private static readonly string[] Sources = ["x", "x-", "xx", "5", "5a", "a_b", "x-y"];

    [Property(MaxTest = 2000)]
    public void Keys_of_one_owner_lie_in_no_folder_of_another_and_owners_are_found_again(FsCheck.DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var layout = RandomLayout(random);
        var owners = Enumerable.Range(0, 4).Select(_ => RandomAccount(random)).ToArray();
        var keys = owners
            .SelectMany(owner => layout.FoldersOf(owner).Select(folder => (owner, folder, key: RandomKey(random, folder))))
            .ToArray();

        foreach (var (owner, folder, key) in keys)
        {
            foreach (var other in owners.Where(other => other != owner))
            {
                Assert.That(layout.FoldersOf(other).Any(foreign => foreign.Contains(key)), Is.False, $"{layout.Name}: {key} of {owner}");
            }

            Assert.That(layout.FoldersOf(owner).Where(own => own.Contains(key)), Is.EqualTo(new[] { folder }), layout.Name);
        }

        // What a store returns for each discovery prefix, with everybody's keys in the bucket.
        var found = new List<(AccountId, Folder)>();
        foreach (var listed in layout.DiscoveryPrefixes)
        {
            foreach (var prefix in CommonPrefixes(keys.Select(one => one.key.Key), listed.Prefix))
            {
                if (layout.TryReadFolder(listed, prefix, out var folder, out var owner))
                {
                    found.Add((owner, folder));
                }
            }
        }

        Assert.That(found, Is.EquivalentTo(keys.Select(one => (one.owner, one.folder))), layout.Name);
    }

    private static FolderLayout RandomLayout(Random random)
    {
        while (true)
        {
            var text = RandomTemplate(random);
            if (LayoutTemplate.TryParse(text, out var template, out _))
            {
                var sources = random.GetItems(Sources, 3).Where(name => Source.TryParse(name, out _)).Distinct();
                return new FolderLayout(template, [.. sources.Select(SourceOf)], (ushort)random.Next(ushort.MaxValue + 1));
            }
        }
    }

    // Placeholders and literals in any order: most texts are valid, and the others show that parsing filters them.
    private static string RandomTemplate(Random random)
    {
        var parts = new List<string> { random.Next(2) == 0 ? "{hotkey}" : "{coldkey}" };
        if (random.Next(2) == 0)
        {
            parts.Insert(0, Literal());
            parts.Insert(0, "{source}");
        }

        if (random.Next(2) == 0)
        {
            var index = random.Next(parts.Count + 1);
            parts.Insert(index, "{netuid}");
            parts.Insert(index, Literal());
        }

        return $"{Literal()}{string.Join("", parts)}{Literal()}/";

        string Literal() => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => random.GetItems<char>(LiteralCharacters, 1)[0]));
    }

    private static AccountId RandomAccount(Random random)
    {
        var bytes = new byte[AccountId.Size];
        random.NextBytes(bytes);
        return AccountId.FromBytes(bytes);
    }

    private static ObjectName RandomKey(Random random, Folder folder)
    {
        var path = random.Next(3) switch
        {
            0 => "a.parquet",
            1 => $"job_id=1/{RandomAccount(random)}/b",
            _ => $"{folder.Prefix}c",
        };
        return ObjectName.TryParse(folder.Prefix + path, out var name) ? name : throw new InvalidOperationException();
    }

    private static IEnumerable<string> CommonPrefixes(IEnumerable<string> keys, string prefix) => keys
        .Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && key.IndexOf('/', prefix.Length) >= 0)
        .Select(key => key[..(key.IndexOf('/', prefix.Length) + 1)])
        .Distinct();

    private static Source SourceOf(string name) =>
        Source.TryParse(name, out var source) ? source : throw new ArgumentException(name, nameof(name));
}
