using PropertyAttribute = FsCheck.NUnit.PropertyAttribute;

namespace S3Auth.Substrate.Tests;

public sealed class KeyPairTests
{
    private const string Phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
    private const string DevelopmentSeed = "0xfac7959dbfe72f052e5a0c3c8d6530f202b02fd8f9f5ca3580ec8deb7797479e";
    private const string Seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";

    private static IEnumerable<string> RefusedUris =>
    [
        "", " ", "Alice", "//", "/", "/Alice/", "//Alice//", "//Alice/", "//Alice//Bob//", Phrase + "//", Phrase + "/",
        "0x", "0x//Alice", Seed[..^1], Seed[..^2], Seed + "0", Seed + "00", Seed[..^1] + "g", Seed + "///password",
        Seed + "//Alice///password", "0X" + Seed[2..], "1x" + Seed[2..], " " + Seed, Seed + " ", Phrase + " x//Alice",
        Phrase[..^5] + "//Alice",
        "//18446744073709551616", "//99999999999999999999999", "//+1", "//0xab", "//0x", "//" + new string('x', 16_384),
        string.Concat(Enumerable.Repeat("//x", 1_000_000)) + "/", "//" + new string('9', 1_000_000),
    ];

    [TestCase("//Alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    [TestCase("//Bob", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty")]
    [TestCase(DevelopmentSeed, "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV")]
    [TestCase(DevelopmentSeed + "//Alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    public void FromUri_gives_the_well_known_development_accounts(string uri, string address)
    {
        using var pair = KeyPair.FromUri(uri);

        Assert.That(pair.ToString(), Is.EqualTo(address));
    }

    [Test]
    public void FromUri_gives_the_accounts_that_other_implementations_give()
    {
        Assert.That(VectorFiles.Uris, Has.Length.GreaterThan(250));
        foreach (var (uri, account) in VectorFiles.Uris)
        {
            using var pair = KeyPair.FromUri(uri);
            Assert.That(Convert.ToHexStringLower(pair.AccountId.ToBytes()), Is.EqualTo(account), uri);
        }
    }

    [Test]
    public void FromMnemonic_gives_the_accounts_that_other_implementations_give()
    {
        Assert.That(VectorFiles.Phrases, Has.Length.EqualTo(200));
        Assert.That(VectorFiles.Phrases.Select(vector => vector.Password).Distinct(StringComparer.Ordinal).Count(), Is.GreaterThan(8));
        foreach (var (phrase, password, _, account) in VectorFiles.Phrases)
        {
            using var pair = KeyPair.FromMnemonic(phrase, password);
            Assert.That(Convert.ToHexStringLower(pair.AccountId.ToBytes()), Is.EqualTo(account), phrase);
        }
    }

    [Test]
    public void FromSeed_gives_the_accounts_that_other_implementations_give()
    {
        Assert.That(VectorFiles.Keys, Has.Length.EqualTo(64));
        foreach (var (seed, account, address) in VectorFiles.Keys)
        {
            using var pair = KeyPair.FromSeed(Convert.FromHexString(seed));
            Assert.That(Convert.ToHexStringLower(pair.AccountId.ToBytes()), Is.EqualTo(account));
            Assert.That(pair.ToString(), Is.EqualTo(address));
        }
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    [TestCase(64)]
    public void FromSeed_refuses_another_size_by_name(int size) =>
        Assert.That(() => KeyPair.FromSeed(new byte[size]), Throws.ArgumentException.With.Message.Contains($"not {size}"));

    [Test]
    public void FromUri_refuses_without_repeating_the_secret()
    {
        foreach (var uri in RefusedUris)
        {
            var refusal = Assert.Throws<FormatException>(() => KeyPair.FromUri(uri), uri[..Math.Min(uri.Length, 100)]);

            Assert.That(
                refusal!.Message, Does.Not.Contain("bottom").And.Not.Contain("e5be9a").And.Not.Contain("Alice").And.Not.Contain("9999"));
        }
    }

    [TestCase("///password", "password")]
    [TestCase("///", "")]
    [TestCase("////", "/")]
    [TestCase("///a/b//c///d", "a/b//c///d")]
    public void FromUri_takes_all_after_three_slashes_as_the_password(string uri, string password)
    {
        using var pair = KeyPair.FromUri(uri);
        using var expected = KeyPair.FromMnemonic(Phrase, password);

        Assert.That(pair.AccountId, Is.EqualTo(expected.AccountId));
    }

    [TestCase("//Alice/soft")]
    [TestCase("/soft//Alice")]
    [TestCase("/0")]
    [TestCase(Phrase + "/soft")]
    [TestCase(Seed + "//hard/soft///password")]
    public void FromUri_refuses_soft_junctions_by_name(string uri) =>
        Assert.That(
            () => KeyPair.FromUri(uri),
            Throws.TypeOf<FormatException>().With.Message.Contains("soft junction").And.Message.Contains("two slashes"));

    [Test]
    public void FromMnemonic_takes_the_password_into_account()
    {
        using var without = KeyPair.FromMnemonic(Phrase);
        using var with = KeyPair.FromMnemonic(Phrase, "password");
        using var uri = KeyPair.FromUri(Phrase + "///password");

        Assert.That(with.AccountId, Is.Not.EqualTo(without.AccountId));
        Assert.That(uri.AccountId, Is.EqualTo(with.AccountId));
    }

    [Test]
    public void Sign_gives_another_valid_signature_each_time()
    {
        using var pair = KeyPair.FromUri("//Alice");
        var signatures = Enumerable.Range(0, 100).Select(_ => pair.Sign("hello"u8)).ToArray();

        Assert.That(signatures, Is.Unique);
        Assert.That(signatures.Select(signature => Convert.ToHexString(signature.ToBytes()[..32])), Is.Unique);
        Assert.That(signatures, Has.All.Matches<Sr25519Signature>(signature => Sr25519.Verify(pair.AccountId, "hello"u8, signature)));
    }

    [Test]
    public void Sign_with_given_randomness_gives_the_signature_of_another_implementation()
    {
        // Every third vector was signed with randomness that is known here.
        foreach (var vector in VectorFiles.Signatures.Where(vector => vector.Length % 3 == 2 && vector.Length < 3000))
        {
            using var pair = KeyPair.FromSeed(Convert.FromHexString(vector.Key.Seed));

            var signature = pair.Sign(vector.Message, VectorFiles.BytesOf("randomness", vector.Length));

            Assert.That(signature, Is.EqualTo(vector.Signature), $"length {vector.Length}");
        }
    }

    [Test]
    public void Sign_never_uses_a_nonce_for_two_messages_or_two_keys_even_when_randomness_repeats()
    {
        using var alice = KeyPair.FromUri("//Alice");
        using var bob = KeyPair.FromUri("//Bob");
        var broken = new byte[Sr25519.RandomnessSize];

        var commitments = new[] { alice.Sign("a"u8, broken), alice.Sign("b"u8, broken), alice.Sign([], broken), bob.Sign("a"u8, broken) }
            .Select(signature => Convert.ToHexString(signature.ToBytes()[..32]));

        Assert.That(commitments, Is.Unique);
    }

    [Test]
    public void Dispose_overwrites_the_secret_and_ends_signing()
    {
        var pair = KeyPair.FromUri("//Alice");
        Assert.That(pair.Secret.IndexOfAnyExcept((byte)0), Is.Not.Negative);

        pair.Dispose();
        pair.Dispose();

        Assert.That(pair.Secret.IndexOfAnyExcept((byte)0), Is.Negative);
        Assert.That(() => pair.Sign("hello"u8), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(pair.ToString(), Is.EqualTo("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"));
    }

    [Test]
    public void Sign_allocates_nothing()
    {
        using var pair = KeyPair.FromUri("//Alice");

        Assert.That(Allocations.Of(() => pair.Sign("hello"u8)), Is.Zero);
    }

    [Property(MaxTest = 300)]
    public bool What_one_key_signs_only_that_key_signed(byte[] seed, byte[] message)
    {
        using var pair = KeyPair.FromSeed(System.Security.Cryptography.SHA256.HashData(seed));
        using var other = KeyPair.FromSeed(System.Security.Cryptography.SHA256.HashData([.. seed, 1]));
        var signature = pair.Sign(message);

        return Sr25519.Verify(pair.AccountId, message, signature)
            && !Sr25519.Verify(other.AccountId, message, signature)
            && !Sr25519.Verify(pair.AccountId, [.. message, 0], signature);
    }
}
