using S3Auth.Substrate.Metadata;
using static S3Auth.Substrate.Tests.Metadata.HandmadeMetadata;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Which storage maps a runtime must have, shown by descriptions that no real runtime has.</summary>
internal sealed class StorageSourceTypesTests
{
    private const int U16 = 0;
    private const int Account = 4;
    private const int Shares = 9;
    private const int Other = 10;

    private static readonly Entry[] Needed =
    [
        new("NetworksAdded", 1, U16, 3),
        new("ValidatorPermit", 1, U16, 5),
        new("Keys", 2, 6, Account),
        new("Owner", 1, Account, Account),
        new("TotalHotkeyAlpha", 2, 7, 2),
        new("ChildKeys", 2, 7, Shares),
        new("ParentKeys", 2, 7, Shares),
    ];

    private static IEnumerable<string> Names => Needed.Select(entry => entry.Name);

    [Test]
    public void Maps_of_the_needed_types_are_enough() =>
        Assert.That(
            Create(Needed).Warnings, Is.EqualTo(new[] { "Why. The server reads the storage of the pallet SubtensorModule instead." }));

    [TestCaseSource(nameof(Names))]
    public void Map_that_is_missing_is_named(string name)
    {
        var others = Needed.Where(entry => entry.Name != name).ToArray();

        AssertUnsupported($"has no `{name}` in SubtensorModule", others);
        AssertUnsupported($"has no `{name}` in SubtensorModule", others, elsewhere: Needed);
    }

    [TestCaseSource(nameof(Names))]
    public void Map_with_other_keys_or_values_is_named(string name)
    {
        foreach (var type in new[] { U16, 1, 2, 3, Account, 5, 6, 7, 8, Shares })
        {
            Check(entry => entry with { Key = type }, isOther: entry => entry.Key != type);
            Check(entry => entry with { Value = type }, isOther: entry => entry.Value != type);
        }

        Check(entry => entry with { Hashers = 3 - entry.Hashers }, isOther: _ => true);
        Check(entry => entry with { Hashers = 0, Key = null }, isOther: _ => true);

        void Check(Func<Entry, Entry> change, Func<Entry, bool> isOther)
        {
            if (isOther(Needed.Single(entry => entry.Name == name)))
            {
                AssertUnsupported(
                    $"has `{name}` in SubtensorModule with other types",
                    [.. Needed.Select(entry => entry.Name == name ? change(entry) : entry)]);
            }
        }
    }

    [Test]
    public void Type_that_contains_only_itself_is_refused() => AssertUnsupported(
        "describes SubtensorModule in a way that cannot be read: The types are nested deeper than 64 levels",
        [.. Needed[..3], Needed[3] with { Value = Other }, .. Needed[4..]]);

    private static void AssertUnsupported(string message, Entry[] entries, Entry[]? elsewhere = null)
    {
        var refused = Assert.Throws<ChainException>(() => Create(entries, elsewhere));
        Assert.That((refused.Failure, refused.Message), Is.EqualTo((ChainFailure.RuntimeUnsupported, $"Runtime 400 {message}.")));
    }

    private static StorageSource Create(Entry[] entries, Entry[]? elsewhere = null)
    {
        byte[][] types =
        [
            Primitive(4), U8, U64, Bool, Array(32, 1), Sequence(3), Tuple(U16, U16), Tuple(Account, U16), Tuple(2, Account), Sequence(8),
            Composite(Other),
        ];
        byte[] pallets =
            [.. Compact(2), .. WritePallet("OtherModule", elsewhere ?? []), .. WritePallet("SubtensorModule", entries)];
        byte[] metadata = [.. "meta"u8, 15, .. WriteTypes(types), .. pallets, .. WriteRest(15, apis: [0])[1..]];
        return new StorageSource(RuntimeMetadata.Decode(metadata), specVersion: 400, "Why.");
    }

    private static byte[] WritePallet(string name, Entry[] entries) =>
    [
        .. WriteText(name), 1, .. WriteText(name), .. Compact((ulong)entries.Length), .. entries.SelectMany(WriteEntry),
        0, 0, 0, 0, 0, 0,
    ];

    private static byte[] WriteEntry(Entry entry) =>
    [
        .. WriteText(entry.Name), 0,
        .. entry.Key is { } key
            ? (byte[])[1, .. Compact((ulong)entry.Hashers), .. Enumerable.Repeat((byte)6, entry.Hashers), .. Compact((ulong)key)]
            : [0],
        .. Compact((ulong)entry.Value), 0, 0,
    ];

    private sealed record Entry(string Name, int Hashers, int? Key, int Value);
}
