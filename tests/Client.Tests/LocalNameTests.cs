namespace S3Auth.Client.Tests;

public sealed class LocalNameTests
{
    [TestCase("data/x/5Abc/file.parquet")]
    [TestCase("data/hotkey=5Abc/job_id=default/größe 数据 🙂.bin")]
    [TestCase("a/b.c/d-e_f+g,h;i@j")]
    public void Common_keys_do_not_change(string key)
    {
        Assert.That(LocalName.Of(key, out var isMapped), Is.EqualTo(key));
        Assert.That(isMapped, Is.False);
    }

    [TestCase("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd")]
    [TestCase("a/./b", "a/%2E/b")]
    [TestCase("a//b", "a/%/b")]
    [TestCase("/etc/passwd", "%/etc/passwd")]
    [TestCase("a/", "a/%")]
    [TestCase("C:\\x", "C%3A%5Cx")]
    [TestCase("nul", "%6Eul")]
    [TestCase("COM1.txt", "%43OM1.txt")]
    [TestCase("aux .h", "%61ux .h")]
    [TestCase("a\tb\u001b[0m", "a%09b%1B[0m")]
    [TestCase("a\0b", "a%00b")]
    [TestCase("dot.", "dot%2E")]
    [TestCase("space ", "space%20")]
    [TestCase(".hidden", "%2Ehidden")]
    [TestCase("~root", "%7Eroot")]
    [TestCase("-rf", "%2Drf")]
    [TestCase("100%", "100%25")]
    [TestCase("%2E%2E", "%252E%252E")]
    [TestCase("\u202Etxt.exe", "%E2%80%AEtxt.exe")]
    [TestCase("\uDB40\uDC01tag", "%F3%A0%80%81tag")]
    [TestCase("a?b*c|d<e>f\"g", "a%3Fb%2Ac%7Cd%3Ce%3Ef%22g")]
    public void Unsafe_characters_and_names_are_escaped(string key, string name)
    {
        Assert.That(LocalName.Of(key, out var isMapped), Is.EqualTo(name));
        Assert.That(isMapped, Is.True);
    }

    [Test]
    public void Long_names_are_truncated_and_stay_distinct()
    {
        var (one, other) = (LocalName.Of(new string('数', 300) + "1", out _), LocalName.Of(new string('数', 300) + "2", out _));

        Assert.That(System.Text.Encoding.UTF8.GetByteCount(one), Is.LessThanOrEqualTo(255));
        Assert.That(one, Is.Not.EqualTo(other));
    }

    [TestCase("A.bin", "%41.bin")]
    [TestCase("a.bin", "%61.bin")]
    [TestCase("größe", "gr%C3%B6%C3%9Fe")]
    [TestCase("🙂", "%F0%9F%99%82")]
    [TestCase("%2Ehidden", "%2E%68idden")]
    [TestCase("A%", "%41%")]
    public void Escaped_name_has_one_spelling(string segment, string name) =>
        Assert.That(LocalName.Escape(segment), Is.EqualTo(name));

    // File systems fold case, and accents as one character or as a combining mark.
    [Test]
    public void Escaped_names_stay_distinct_on_folding_file_systems()
    {
        string[] letters = ["a", "A", "%41", "%61", "é", "e\u0301", "É", "E\u0301", "~", "%"];
        var plain = letters.SelectMany(one => letters.SelectMany(two => letters.Select(three => one + two + three)));
        var keys = plain.Select(key => LocalName.Of(key, out _)).Distinct(StringComparer.Ordinal).ToList();

        var escaped = keys.Select(LocalName.Escape).ToList();

        Assert.That(escaped.Select(name => name.Normalize().ToUpperInvariant()), Is.Unique);

        // A name that consists of escapes already has only one spelling.
        Assert.That(escaped.Intersect(keys, StringComparer.Ordinal), Has.All.Match("^(%([0-9A-F]{2})?)+$"));
    }

    // Tries every key of four characters that matter.
    [Test]
    public void No_two_keys_share_a_path_and_none_leaves_the_folder()
    {
        char[] letters = ['a', '.', '/', '%', '2', 'E', '~', '\\', ':', '\n', '\uD83D', '\uDE42'];
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var root = Path.GetFullPath("/folder") + Path.DirectorySeparatorChar;
        for (var number = 0; number < letters.Length * letters.Length * letters.Length * letters.Length; number++)
        {
            var key = new string(
                [.. Enumerable.Range(0, 4).Select(place => letters[number / (int)Math.Pow(letters.Length, place) % letters.Length])]);
            var name = LocalName.Of(key, out _);

            Assert.That(names.TryAdd(name, key), Is.True, $"{key} and {names.GetValueOrDefault(name)} are both {name}");
            Assert.That(Path.GetFullPath(Path.Combine("/folder", name)), Is.EqualTo(root + name), key);
        }
    }
}
