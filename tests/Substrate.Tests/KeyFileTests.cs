using System.Security.Cryptography;
using System.Text;

namespace S3Auth.Substrate.Tests;

/// <summary>The files in Vectors/wallets were written by Wallets/make-wallets.py, with another implementation of the encryption.</summary>
public sealed class KeyFileTests
{
    private static readonly AccountId Known = AccountId.FromBytes(Convert.FromHexString(VectorFiles.Keys[1].Account));

    private static readonly PhraseVector KnownPhrase = VectorFiles.Phrases.First(vector => vector.Password.Length == 0);

    [TestCase("seed")]
    [TestCase("seed-bare-hex")]
    [TestCase("private-key")]
    [TestCase("private-key-ed25519")]
    [TestCase("all")]
    public void Read_finds_the_key_in_each_form_that_wallets_write(string file)
    {
        using var keys = KeyFile.Read(File(file));

        Assert.Multiple(() =>
        {
            Assert.That(keys.AccountId, Is.EqualTo(Known));
            Assert.That(Sr25519.Verify(Known, "proof"u8, keys.Sign("proof"u8)), Is.True);
        });
    }

    [Test]
    public void Read_finds_the_key_of_a_phrase()
    {
        using var keys = KeyFile.Read(File("phrase"));

        Assert.That(Convert.ToHexStringLower(keys.AccountId.ToBytes()), Is.EqualTo(KnownPhrase.Account));
    }

    [Test]
    public void Decrypt_opens_what_another_implementation_encrypted()
    {
        using var keys = KeyFile.Decrypt(File("nacl"), "correct horse"u8);

        Assert.That(keys.AccountId, Is.EqualTo(Known));
    }

    [Test]
    public void Decrypt_takes_the_password_as_UTF_8()
    {
        using var keys = KeyFile.Decrypt(File("nacl-utf8"), Encoding.UTF8.GetBytes("Pässwörd 密码"));

        Assert.That(Convert.ToHexStringLower(keys.AccountId.ToBytes()), Is.EqualTo(KnownPhrase.Account));
    }

    [Test]
    public void Decrypt_refuses_another_password_and_a_changed_file()
    {
        var changed = File("nacl");
        changed[^1] ^= 1;

        Assert.Multiple(() =>
        {
            Assert.That(() => KeyFile.Decrypt(File("nacl"), "correct horsf"u8), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => KeyFile.Decrypt(File("nacl"), []), Throws.InstanceOf<CryptographicException>());
            Assert.That(() => KeyFile.Decrypt(changed, "correct horse"u8), Throws.InstanceOf<CryptographicException>());
        });
    }

    [Test]
    public void Decrypt_refuses_other_content_and_truncated_files() => Assert.Multiple(() =>
    {
        Assert.That(() => KeyFile.Decrypt(File("nacl-not-json"), "correct horse"u8), Throws.TypeOf<FormatException>());
        Assert.That(() => KeyFile.Decrypt("$NACL"u8, "correct horse"u8), Throws.TypeOf<FormatException>());
        Assert.That(() => KeyFile.Decrypt(File("nacl").AsSpan(0, 44), "correct horse"u8), Throws.TypeOf<FormatException>());
        Assert.That(() => KeyFile.Decrypt(File("seed"), "correct horse"u8), Throws.TypeOf<FormatException>());
    });

    [TestCase("seed", KeyFileKind.Plain)]
    [TestCase("public", KeyFileKind.Plain)]
    [TestCase("nacl", KeyFileKind.Nacl)]
    [TestCase("ansible", KeyFileKind.AnsibleVault)]
    [TestCase("fernet", KeyFileKind.Fernet)]
    public void KindOf_returns_how_a_file_is_encrypted(string file, KeyFileKind kind) =>
        Assert.That(KeyFile.KindOf(File(file)), Is.EqualTo(kind));

    [TestCase("nacl")]
    [TestCase("ansible")]
    [TestCase("fernet")]
    public void Read_refuses_encrypted_files(string file) =>
        Assert.That(() => KeyFile.Read(File(file)), Throws.TypeOf<FormatException>().With.Message.EqualTo("The key file is encrypted."));

    [TestCase("of-another", "does not belong to its 'ss58Address'")]
    [TestCase("ed25519", "sr25519")]
    [TestCase("public", "no secret")]
    public void Read_says_what_is_wrong_with_a_file(string file, string reason) =>
        Assert.That(() => KeyFile.Read(File(file)), Throws.TypeOf<FormatException>().With.Message.Contains(reason));

    private const string Address = "\"ss58Address\":\"5C4wjbsymLwXjXeveDxRP4jU3SYnZognrtW5L4atZL3WVnjk\"";

    [TestCase("")]
    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("{} {}")]
    [TestCase("{}")]
    [TestCase("{" + Address + "}")]
    [TestCase("{" + Address + ",\"secretSeed\":7}")]
    [TestCase("{" + Address + ",\"secretSeed\":\"0xBADSECRET\"}")]
    [TestCase("{" + Address + ",\"secretSeed\":\"BADSECRET\"")]
    [TestCase("{" + Address + ",\"secretPhrase\":\"BADSECRET BADSECRET\"}")]
    [TestCase("{" + Address + ",\"secretPhrase\":[\"BADSECRET\"]}")]
    [TestCase("{" + Address + ",\"privateKey\":\"0x00BADSECRET\"}")]
    [TestCase("{\"ss58Address\":\"BADSECRET\",\"secretSeed\":\"0xa72a5df619c88c39286640d5296d06bf240ecb4996e82c8949151694c357fb29\"}")]
    public void Read_refuses_other_files_without_repeating_their_text(string text)
    {
        var refusal = Assert.Throws<FormatException>(() => KeyFile.Read(Encoding.UTF8.GetBytes(text)));

        Assert.That(refusal!.ToString(), Does.Not.Contain("BADSECRET"));
    }

    [Test]
    public void Read_refuses_a_file_that_is_too_large()
    {
        var file = new byte[KeyFile.MaxSize + 1];

        Assert.Multiple(() =>
        {
            Assert.That(() => KeyFile.Read(file), Throws.TypeOf<FormatException>());
            Assert.That(() => KeyFile.ReadAddress(file), Throws.TypeOf<FormatException>());
        });
    }

    // 0 is no key, and the group's order is not reduced.
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    [TestCase("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")]
    public void Read_refuses_a_private_key_that_is_no_scalar(string scalar)
    {
        var text = $"{{{Address},\"privateKey\":\"0x{scalar}{new string('1', 64)}\"}}";

        Assert.That(() => KeyFile.Read(Encoding.UTF8.GetBytes(text)), Throws.TypeOf<FormatException>());
    }

    [TestCase("public")]
    [TestCase("seed")]
    public void ReadAddress_returns_the_account_of_a_file(string file) => Assert.That(KeyFile.ReadAddress(File(file)), Is.EqualTo(Known));

    [TestCase("nacl")]
    [TestCase("fernet")]
    public void ReadAddress_refuses_encrypted_files(string file) =>
        Assert.That(() => KeyFile.ReadAddress(File(file)), Throws.TypeOf<FormatException>());

    [Test]
    public void ReadAddress_ignores_secrets_of_any_form() =>
        Assert.That(KeyFile.ReadAddress(Encoding.UTF8.GetBytes($"{{\"secretSeed\":[1,2],{Address}}}")), Is.EqualTo(Known));

    private static byte[] File(string name) =>
        System.IO.File.ReadAllBytes(Path.Combine(TestContext.CurrentContext.TestDirectory, "Vectors", "wallets", name));
}
