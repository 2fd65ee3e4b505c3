using System.Globalization;
using System.Text.Json;

namespace S3Auth.Client.Tests;

/// <summary>
/// The Python package names files as this library does, and resumes its downloads. Its tests read the same vectors. If one of these tests
/// fails after a change here, change <c>local_name.py</c>, <c>unicode_table.py</c> and the vectors too.
/// </summary>
public sealed class LocalNameVectorTests
{
    private static readonly JsonElement Vectors = JsonDocument.Parse(
        File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "vectors", "local_names.json"))).RootElement;

    [Test]
    public void Keys_have_the_names_of_the_vectors()
    {
        foreach (var vector in Vectors.GetProperty("names").EnumerateArray())
        {
            var name = vector.TryGetProperty("key", out var key)
                ? LocalName.Of(key.GetString()!, out _)
                : LocalName.Of(FileOf(vector.GetProperty("bytes").GetString()!), out _);

            Assert.That(name, Is.EqualTo(vector.GetProperty("name").GetString()), vector.GetRawText());
        }
    }

    [Test]
    public void Segments_have_the_escaped_names_of_the_vectors()
    {
        foreach (var vector in Vectors.GetProperty("escapes").EnumerateArray())
        {
            Assert.That(
                LocalName.Escape(vector.GetProperty("segment").GetString()!),
                Is.EqualTo(vector.GetProperty("name").GetString()),
                vector.GetRawText());
        }
    }

    [Test]
    public void Urls_have_the_raw_keys_of_the_vectors()
    {
        foreach (var vector in Vectors.GetProperty("raw_keys").EnumerateArray())
        {
            var bytes = RawKey.Read(vector.GetProperty("key").GetString()!, vector.GetProperty("url").GetString());

            Assert.That(
                bytes is null ? null : Convert.ToHexStringLower(bytes),
                Is.EqualTo(vector.GetProperty("bytes").GetString()),
                vector.GetRawText());
        }
    }

    // A later Unicode assigns more characters.
    [Test]
    public void Characters_have_the_classes_of_the_vectors()
    {
        static bool IsUnsafe(Rune rune) => LocalName.Of($"a{rune}a", out _) != $"a{rune}a";
        static bool IsMark(Rune rune) => Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;

        Assert.That(RangesOf(rune => IsUnsafe(rune) && !"%/\\:*?\"<>|".Contains(rune.ToString(), StringComparison.Ordinal)),
            Is.EqualTo(Vectors.GetProperty("unsafe").GetString()));
        Assert.That(RangesOf(IsMark), Is.EqualTo(Vectors.GetProperty("marks").GetString()));
    }

    // Surrogates are unsafe, and cannot be a rune.
    private static string RangesOf(Predicate<Rune> contains)
    {
        const int End = 0x110000;
        var ranges = new List<string>();
        var isUnsafeSurrogate = contains(new Rune(0xE000));
        var first = -1;
        for (var value = 0; value <= End; value++)
        {
            var isIn = value < End && (Rune.IsValid(value) ? contains(new Rune(value)) : isUnsafeSurrogate);
            if (isIn && first < 0)
            {
                first = value;
            }
            else if (!isIn && first >= 0)
            {
                ranges.Add(first == value - 1
                    ? string.Create(CultureInfo.InvariantCulture, $"{first:x}")
                    : string.Create(CultureInfo.InvariantCulture, $"{first:x}-{value - 1:x}"));
                first = -1;
            }
        }

        return string.Join(' ', ranges);
    }

    private static RemoteFile FileOf(string bytes) =>
        RemoteFile.WithoutUrl("\uFFFD", size: 1, DateTimeOffset.UnixEpoch, "e", FileOwner.Own(default)) with
        {
            RawKey = Convert.FromHexString(bytes),
        };
}
