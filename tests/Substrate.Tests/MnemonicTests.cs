using System.Security.Cryptography;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Substrate.Tests;

public sealed class MnemonicTests
{
    private const string Valid = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";

    private static IEnumerable<(string Phrase, string Reason)> Refused =>
    [
        (Valid.Replace("walk", "bottom", StringComparison.Ordinal), "checksum"),
        (Valid.Replace("bottom drive", "drive bottom", StringComparison.Ordinal), "checksum"),
        (Valid.Replace("obey", "Obey", StringComparison.Ordinal), "Word 3 "),
        (Valid.Replace("obey", "obeyy", StringComparison.Ordinal), "Word 3 "),
        (Valid.Replace("obey", "obe", StringComparison.Ordinal), "Word 3 "),
        (Valid.Replace("obey", "оbey", StringComparison.Ordinal), "Word 3 "),
        (Valid.Replace("walk", "wålk", StringComparison.Ordinal), "Word 12 "),
        (Valid.Replace(" walk", "", StringComparison.Ordinal), "11 words"),
        (Valid + " walk", "13 words"),
        (string.Join(' ', Enumerable.Repeat("abandon", 25)), "more than 24"),
        (string.Join(' ', Enumerable.Repeat("abandon", 1_000_000)), "more than 24"),
        (new string('a', 10_000_000), "Word 1 "),
        ("", "0 words"),
        ("  \t ", "0 words"),
        ("\0", "Word 1 "),
        ("../x", "Word 1 "),
    ];

    [Test]
    public void Words_are_the_published_English_list()
    {
        using var stream = typeof(Mnemonic).Assembly.GetManifestResourceStream("english.txt");

        // sha256sum of bip-0039/english.txt.
        Assert.That(
            Convert.ToHexStringLower(SHA256.HashData(stream!)),
            Is.EqualTo("2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"));
    }

    [Test]
    public void Phrases_of_other_implementations_have_the_same_entropy()
    {
        Assert.That(
            VectorFiles.Phrases.Select(vector => vector.Entropy.Length / 2).Distinct(), Is.EquivalentTo((int[])[16, 20, 24, 28, 32]));
        foreach (var (phrase, _, entropy, _) in VectorFiles.Phrases)
        {
            var destination = new byte[Mnemonic.MaxEntropySize];

            var size = Mnemonic.ToEntropy(phrase, destination);

            Assert.That(Convert.ToHexStringLower(destination[..size]), Is.EqualTo(entropy));
            Assert.That(destination[size..], Is.All.Zero);
            Assert.That(Mnemonic.FromEntropy(destination.AsSpan(0, size)), Is.EqualTo(phrase));
            Assert.That(Mnemonic.IsValid(phrase), Is.True);
        }
    }

    [Test]
    public void Text_that_is_not_a_phrase_is_refused_without_repeating_it()
    {
        foreach (var (phrase, reason) in Refused)
        {
            var shown = phrase[..Math.Min(phrase.Length, 100)];
            Assert.That(Mnemonic.IsValid(phrase), Is.False, shown);

            var refusal = Assert.Throws<FormatException>(() => Mnemonic.ToEntropy(phrase, new byte[Mnemonic.MaxEntropySize]), shown);

            Assert.That(refusal!.Message, Does.Contain(reason), shown);
            foreach (var word in phrase.Split(' ', 30).Where(word => word.Length > 2))
            {
                Assert.That(refusal.Message.Contains(word, StringComparison.Ordinal), Is.False, shown);
            }
        }
    }

    [TestCase("  bottom drive obey lake curtain smoke basket hold race lonely fit walk\r\n")]
    [TestCase("bottom\tdrive  obey\nlake curtain smoke basket hold race lonely fit\u00a0walk")]
    public void Any_white_space_separates_words(string phrase)
    {
        using var pair = KeyPair.FromMnemonic(phrase);
        using var expected = KeyPair.FromMnemonic(Valid);

        Assert.That(pair.AccountId, Is.EqualTo(expected.AccountId));
    }

    [Test]
    public void IsValid_refuses_null() => Assert.That(Mnemonic.IsValid(null), Is.False);

    [Test]
    public void ToEntropy_refuses_a_short_destination() =>
        Assert.That(() => Mnemonic.ToEntropy(Valid, new byte[31]), Throws.ArgumentException);

    [TestCase(12)]
    [TestCase(15)]
    [TestCase(18)]
    [TestCase(21)]
    [TestCase(24)]
    public void Generate_gives_a_new_valid_phrase_each_time(int words)
    {
        var phrases = Enumerable.Range(0, 50).Select(_ => Mnemonic.Generate(words)).ToArray();

        Assert.That(phrases, Is.Unique);
        Assert.That(phrases, Has.All.Matches<string>(phrase => Mnemonic.IsValid(phrase) && phrase.Split(' ').Length == words));
    }

    [TestCase(0)]
    [TestCase(11)]
    [TestCase(13)]
    [TestCase(27)]
    [TestCase(-12)]
    public void Generate_refuses_another_number_of_words(int words) =>
        Assert.That(() => Mnemonic.Generate(words), Throws.TypeOf<ArgumentOutOfRangeException>());

    [TestCase(0)]
    [TestCase(15)]
    [TestCase(17)]
    [TestCase(36)]
    public void FromEntropy_refuses_another_size(int size) =>
        Assert.That(() => Mnemonic.FromEntropy(new byte[size]), Throws.ArgumentException);

    [Property(MaxTest = 300)]
    public bool Entropy_comes_back_from_its_phrase(byte[] seed, byte kind)
    {
        var entropy = SHA256.HashData(seed)[..(16 + (kind % 5 * 4))];
        var back = new byte[Mnemonic.MaxEntropySize];
        var size = Mnemonic.ToEntropy(Mnemonic.FromEntropy(entropy), back);
        return back.AsSpan(0, size).SequenceEqual(entropy);
    }

    [Property(MaxTest = 1000)]
    public bool IsValid_answers_any_text(string text) => !Mnemonic.IsValid(text);
}
