using S3Auth.Substrate.Metadata;
using static S3Auth.Substrate.Tests.Metadata.HandmadeMetadata;

namespace S3Auth.Substrate.Tests.Metadata;

/// <summary>The bounds of metadata: the most that is read, and that one more is refused because of the bound.</summary>
public sealed class MetadataBoundsTests
{
    [Test]
    public void Metadata_has_at_most_4_MiB()
    {
        var overhead = WithDocs(RuntimeMetadata.MaxBytes / 2).Length - (RuntimeMetadata.MaxBytes / 2);

        Assert.That(RuntimeMetadata.Decode(WithDocs(RuntimeMetadata.MaxBytes - overhead)).Types.Count, Is.EqualTo(1));
        AssertRefused(WithDocs(RuntimeMetadata.MaxBytes - overhead + 1), "has 4194305 bytes, more than 4194304");

        static byte[] WithDocs(int length) =>
            Write([.. Compact(1), 0, .. Unit[..^1], .. Compact(1), .. Compact((ulong)length), .. new byte[length]]);
    }

    [Test]
    public void Metadata_has_at_most_16384_types()
    {
        Assert.That(Decode([.. Enumerable.Repeat(Unit, 16_384)]).Count, Is.EqualTo(16_384));
        AssertRefused(Write([.. Enumerable.Repeat(Unit, 16_385)]), "16385 types, more than 16384");
    }

    [Test]
    public void Metadata_has_at_most_262144_parts()
    {
        Assert.That(Decode(Unit, Tuple(new int[262_144])).Count, Is.EqualTo(2));
        AssertRefused(Write([Unit, Tuple(new int[262_145])]), "more than 262144 parts");
        AssertRefused(Write([Unit, .. Enumerable.Repeat(Tuple(new int[20_000]), 14)]), "more than 262144 parts");
    }

    [Test]
    public void Name_has_at_most_256_bytes()
    {
        Assert.That(Decode(WithPath(new string('n', 256)))[0].Name, Has.Length.EqualTo(256));
        AssertRefused(Write([WithPath(new string('n', 257))]), "257 bytes, more than 256");
    }

    [Test]
    public void Path_has_at_most_32_segments()
    {
        Assert.That(Decode(WithPath([.. Enumerable.Repeat("n", 32)]))[0].Path, Has.Length.EqualTo(32 + (31 * 2)));
        AssertRefused(Write([WithPath([.. Enumerable.Repeat("n", 33)])]), "33 segments, more than 32");
    }

    [Test]
    public void Name_is_UTF_8() => AssertRefused(Write([[.. Compact(1), .. Compact(1), 0xff, 0, 4, 0, 0]]), "not UTF-8");

    [Test]
    public void Variants_have_different_numbers()
    {
        Assert.That(((VariantType)Decode(TwoVariants(1))[0]).Variants.Select(variant => variant.Index), Is.EqualTo(new byte[] { 0, 1 }));
        AssertRefused(Write([TwoVariants(0)]), "Two variants have the index 0");

        static byte[] TwoVariants(byte second) =>
            Type(1, [.. Compact(2), .. WriteText("V"), 0, 0, 0, .. WriteText("W"), 0, second, 0]);
    }

    [TestCase(13)]
    [TestCase(16)]
    public void Version_is_14_or_15(byte version) => AssertRefused(Write([Unit], version), $"version {version}, not 14 or 15");

    [Test]
    public void Storage_is_a_value_or_a_map()
    {
        Assert.That(RuntimeMetadata.Decode(WithStorage(0, 0)).Storage.Single().Key, Is.Null);
        Assert.That(RuntimeMetadata.Decode(WithStorage(1, 0, 0, 0)).Storage.Single().Key, Is.Zero);
        AssertRefused(WithStorage(2, 0, 0, 0), "no kind of storage with the number 2");
        AssertRefused(WithStorage(1, 4, 7, 0, 0), "no storage hasher with the number 7");

        static byte[] WithStorage(params byte[] kind) =>
        [
            .. "meta"u8, 15, .. WriteTypes([Unit]), .. Compact(1), .. WriteText("P"), 1, .. WriteText("P"),
            .. Compact(1), .. WriteText("E"), 0, .. kind, 0, 0, 0, 0, 0, 0, 0, 0, .. WriteRest(15, apis: [0])[1..],
        ];
    }

    private static byte[] WithPath(params string[] segments) =>
        [.. Compact((ulong)segments.Length), .. segments.SelectMany(WriteText), 0, 4, 0, 0];

    private static TypeRegistry Decode(params byte[][] types) => RuntimeMetadata.Decode(Write(types)).Types;

    private static void AssertRefused(byte[] metadata, string because) =>
        Assert.That(() => RuntimeMetadata.Decode(metadata), Throws.InstanceOf<ScaleException>().With.Message.Contains(because));
}
