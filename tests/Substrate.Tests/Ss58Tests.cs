using System.Diagnostics;
using FsCheck;
using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Substrate.Tests;

public sealed class Ss58Tests
{
    private const string Alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    [Test]
    public void Addresses_of_other_implementations_decode_and_encode_to_the_same()
    {
        Assert.That(VectorFiles.Addresses, Has.Length.EqualTo(2000));
        foreach (var (account, address) in VectorFiles.Addresses)
        {
            var decoded = Ss58.TryDecode(address, out var id, out var error);

            Assert.That(decoded, Is.True, address);
            Assert.That(error, Is.EqualTo(Ss58Error.None));
            Assert.That(Convert.ToHexStringLower(id.ToBytes()), Is.EqualTo(account));
            Assert.That(Ss58.Encode(id), Is.EqualTo(address));
        }
    }

    [Test]
    public void TryDecode_refuses_the_addresses_of_other_networks()
    {
        Assert.That(VectorFiles.OtherNetworks, Has.Length.EqualTo(252));
        foreach (var (prefix, address) in VectorFiles.OtherNetworks)
        {
            AssertRefused(address, Ss58Error.WrongPrefix, $"prefix {prefix}");
        }
    }

    [Test]
    public void TryDecode_refuses_accounts_of_other_lengths()
    {
        Assert.That(VectorFiles.OtherLengths, Has.Length.EqualTo(20));
        foreach (var (size, address) in VectorFiles.OtherLengths)
        {
            AssertRefused(address, Ss58Error.WrongLength, $"{size} bytes");
        }
    }

    [Test]
    public void TryDecode_refuses_every_change_of_one_character()
    {
        const string alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
        for (var i = 0; i < Alice.Length; i++)
        {
            foreach (var other in alphabet.Where(character => character != Alice[i]))
            {
                var text = Alice[..i] + other + Alice[(i + 1)..];
                Assert.That(Ss58.TryDecode(text, out var id, out var error), Is.False, text);
                Assert.That(id, Is.Default);
                Assert.That(error, Is.AnyOf(Ss58Error.BadChecksum, Ss58Error.WrongPrefix, Ss58Error.WrongLength));
                if (i >= 4)
                {
                    Assert.That(error, Is.EqualTo(Ss58Error.BadChecksum), text);
                }
            }
        }
    }

    [Test]
    public void TryDecode_refuses_characters_that_only_look_like_base58()
    {
        for (var i = 0; i < Alice.Length; i++)
        {
            // The same low byte in another character, the full-width form, and the mathematical bold form if there is one.
            foreach (var offset in (int[])[0x100, 0x200, 0x0400, 0x2000, 0xFEE0, 0xFF00])
            {
                AssertRefused(Alice[..i] + (char)(Alice[i] + offset) + Alice[(i + 1)..], Ss58Error.NotBase58, $"{i}, {offset:X}");
            }
        }
    }

    [TestCase("5GrwvаEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "Cyrillic a")]
    [TestCase("5GrwvaЕF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "Cyrillic E")]
    [TestCase("5GrwvaEF5zΧb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "Greek Chi")]
    [TestCase("５GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "full width 5")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKut\u200bQY", TestName = "zero width space")]
    [TestCase("\ufeff5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "byte order mark")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY ", TestName = "space after")]
    [TestCase(" 5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "space before")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\n", TestName = "line feed after")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY\0", TestName = "zero after")]
    [TestCase("0GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "zero")]
    [TestCase("OGrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "capital o")]
    [TestCase("IGrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "capital i")]
    [TestCase("lGrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY", TestName = "small L")]
    [TestCase("../x")]
    [TestCase("../../../etc/passwd")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ/")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKut%59")]
    [TestCase("\ud83d\ud83d")]
    public void TryDecode_refuses_text_that_is_not_base58(string text) => AssertRefused(text, Ss58Error.NotBase58, text);

    [TestCase("")]
    [TestCase("5")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQ")]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQYY")]
    [TestCase("15GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [TestCase("111111111111111111111111111111111111111111111111")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    [TestCase("zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz")]
    public void TryDecode_refuses_other_lengths(string text) => AssertRefused(text, Ss58Error.WrongLength, text);

    [Test]
    public void TryDecode_does_not_read_a_very_long_text()
    {
        var text = new string('5', 20_000_000);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 10_000; i++)
        {
            Assert.That(Ss58.TryDecode(text, out _, out var error), Is.False);
            Assert.That(error, Is.EqualTo(Ss58Error.WrongLength));
        }

        // Reading it 10,000 times would take minutes.
        Assert.That(watch.Elapsed, Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public void TryDecode_allocates_nothing()
    {
        foreach (var text in (string[])[Alice, Alice[1..], "../x", VectorFiles.OtherNetworks[0].Address])
        {
            Assert.That(Allocations.Of(() => _ = Ss58.TryDecode(text, out _, out _)), Is.Zero, text);
        }
    }

    [Property(MaxTest = 2000)]
    public bool Decoding_what_was_encoded_gives_the_same_account(byte[] seed)
    {
        var id = AccountId.FromBytes(System.Security.Cryptography.SHA256.HashData(seed));

        return Ss58.TryDecode(Ss58.Encode(id), out var decoded, out _) && decoded == id;
    }

    [Property(MaxTest = 2000)]
    public bool TryDecode_answers_any_text_and_accepts_only_what_it_would_write(NonNull<string> text) =>
        !Ss58.TryDecode(text.Get, out var id, out var error)
            ? error != Ss58Error.None && id == default
            : string.Equals(Ss58.Encode(id), text.Get, StringComparison.Ordinal);

    [Test]
    public void TryDecode_refuses_every_exchange_of_two_characters()
    {
        for (var left = 0; left < Alice.Length; left++)
        {
            for (var right = left + 1; right < Alice.Length; right++)
            {
                var text = Alice.ToCharArray();
                (text[left], text[right]) = (text[right], text[left]);
                Assert.That(Ss58.TryDecode(text, out _, out _), Is.EqualTo(Alice[left] == Alice[right]), new string(text));
            }
        }
    }

    [TestCase(Ss58Error.None)]
    [TestCase(Ss58Error.NotBase58)]
    [TestCase(Ss58Error.WrongLength)]
    [TestCase(Ss58Error.WrongPrefix)]
    [TestCase(Ss58Error.BadChecksum)]
    public void Describe_says_each_error_in_one_sentence(Ss58Error error) =>
        Assert.That(error.Describe(), Does.StartWith("This is").And.EndsWith("."));

    private static void AssertRefused(string text, Ss58Error expected, string about)
    {
        Assert.That(Ss58.TryDecode(text, out var id, out var error), Is.False, about);
        Assert.That(error, Is.EqualTo(expected), about);
        Assert.That(id, Is.Default);
    }
}
