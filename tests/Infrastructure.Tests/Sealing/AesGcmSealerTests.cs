using System.Buffers.Text;

namespace S3Auth.Infrastructure.Tests.Sealing;

public sealed class AesGcmSealerTests
{
    private const string Hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

    private static readonly byte[] Purpose = Encoding.ASCII.GetBytes("listing:46:bucket");
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("data/x/5F/");

    private readonly SealKeys _keys = new(SealKey.Create());

    private AesGcmSealer Sealer => new(_keys);

    [Test]
    public void Seal_opens_only_for_its_purpose()
    {
        var seal = Sealer.Seal(Content, Purpose);

        Assert.Multiple(() =>
        {
            Assert.That(Sealer.Open(seal, Purpose), Is.EqualTo(Content));
            Assert.That(Sealer.Open(seal, Encoding.ASCII.GetBytes("listing:47:bucket")), Is.Null);
            Assert.That(Sealer.Open(seal, []), Is.Null);
            Assert.That(Encoding.Latin1.GetString(Base64Url.DecodeFromChars(seal)), Does.Not.Contain("data/"), "nobody reads it");
            Assert.That(Base64Url.DecodeFromChars(seal), Has.Length.EqualTo(Content.Length + AesGcmSealer.Overhead));
        });
    }

    [Test]
    public void Seal_with_a_changed_bit_does_not_open()
    {
        var seal = Base64Url.DecodeFromChars(Sealer.Seal(Content, Purpose));
        for (var bit = 0; bit < seal.Length * 8; bit++)
        {
            var changed = (byte[])seal.Clone();
            changed[bit / 8] ^= (byte)(1 << (bit % 8));

            Assert.That(Sealer.Open(Base64Url.EncodeToString(changed), Purpose), Is.Null, $"bit {bit}");
        }
    }

    [Test]
    public void Text_that_is_not_a_seal_does_not_open()
    {
        var seal = Sealer.Seal(Content, Purpose);
        foreach (var text in (string[])[
            "", "A", "!", seal[..^1], seal + "=", seal + "A", " " + seal, seal + "\n", seal.Replace('-', '+') + "+", new string('A', 60),
            new string('A', 100_000)])
        {
            Assert.That(Sealer.Open(text, Purpose), Is.Null, text[..Math.Min(text.Length, 100)]);
        }
    }

    [Test]
    public void Same_content_gets_a_different_seal_each_time() =>
        Assert.That(Enumerable.Range(0, 1000).Select(_ => Sealer.Seal(Content, Purpose)), Is.Unique);

    [Test]
    public void Seals_open_only_at_instances_with_the_same_key()
    {
        Assert.That(SealKey.TryParse(Hex, out var one), Is.True);
        Assert.That(SealKey.TryParse(Hex.ToUpperInvariant(), out var same), Is.True);
        var seal = new AesGcmSealer(new SealKeys(one!)).Seal(Content, Purpose);

        Assert.Multiple(() =>
        {
            Assert.That(new AesGcmSealer(new SealKeys(same!)).Open(seal, Purpose), Is.EqualTo(Content));
            Assert.That(Sealer.Open(seal, Purpose), Is.Null);
        });
    }

    [Test]
    public void Adopted_key_seals_and_the_last_few_still_open()
    {
        var first = Sealer.Seal(Content, Purpose);
        for (var i = 0; i < 3; i++)
        {
            _keys.Adopt(SealKey.Create());
        }

        Assert.That(Sealer.Open(first, Purpose), Is.EqualTo(Content));
        Assert.That(new AesGcmSealer(new SealKeys(_keys.Current)).Open(Sealer.Seal(Content, Purpose), Purpose), Is.EqualTo(Content));

        _keys.Adopt(SealKey.Create());
        Assert.That(Sealer.Open(first, Purpose), Is.Null);
        Assert.That(_keys.All, Has.Count.EqualTo(4));
    }

    [TestCase(Hex, true)]
    [TestCase("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", true)]
    [TestCase("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", true)]
    [TestCase("/////////////////////////////////////////////w==", false)]
    [TestCase("//////////////////////////////////////////8=", true)]
    [TestCase("__________________________________________8", true)]
    [TestCase("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", false)]
    [TestCase("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e", false)]
    [TestCase("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1g", false)]
    [TestCase("password", false)]
    [TestCase("", false)]
    public void Key_is_32_bytes_in_hex_or_base64(string text, bool expected) =>
        Assert.That(SealKey.TryParse(text, out _), Is.EqualTo(expected));

    [Test]
    public void Key_is_not_printed()
    {
        Assert.That(SealKey.TryParse(Hex, out var key), Is.True);
        Assert.That($"{key}", Is.EqualTo("SealKey"));
    }
}
