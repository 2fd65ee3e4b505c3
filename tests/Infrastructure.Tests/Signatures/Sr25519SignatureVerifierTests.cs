namespace S3Auth.Infrastructure.Tests.Signatures;

public sealed class Sr25519SignatureVerifierTests
{
    private readonly Sr25519SignatureVerifier _verifier = new();
    private readonly KeyPair _bob = KeyPair.FromUri("//Bob");

    [OneTimeTearDown]
    public void OneTimeTearDown() => _bob.Dispose();

    [TestCase("s3:validator:access:1795500000")]
    [TestCase("")]
    [TestCase("größe 数据 🙂")]
    public void Signed_text_verifies_plain_or_wrapped(string text)
    {
        Assert.Multiple(() =>
        {
            Assert.That(_verifier.Verify(_bob.AccountId, text, Sign(text)), Is.True);
            Assert.That(_verifier.Verify(_bob.AccountId, text, Sign($"<Bytes>{text}</Bytes>")), Is.True);
        });
    }

    [Test]
    public void Text_longer_than_any_commitment_verifies()
    {
        var text = new string('a', 100_000);

        Assert.That(_verifier.Verify(_bob.AccountId, text, Sign($"<Bytes>{text}</Bytes>")), Is.True);
    }

    [TestCase("<Bytes>text")]
    [TestCase("text</Bytes>")]
    [TestCase("<bytes>text</bytes>")]
    [TestCase("<Bytes><Bytes>text</Bytes></Bytes>")]
    [TestCase(" text")]
    [TestCase("TEXT")]
    public void Other_text_does_not_verify(string what) =>
        Assert.That(_verifier.Verify(_bob.AccountId, "text", Sign(what)), Is.False);

    [Test]
    public void Signature_of_another_account_does_not_verify()
    {
        using var charlie = KeyPair.FromUri("//Charlie");

        Assert.That(_verifier.Verify(charlie.AccountId, "text", Sign("text")), Is.False);
    }

    [Test]
    public void Invalid_unicode_does_not_throw() =>
        Assert.That(_verifier.Verify(_bob.AccountId, "\ud800", Sign("text")), Is.False);

    private Sr25519Signature Sign(string text) => _bob.Sign(Encoding.UTF8.GetBytes(text));
}
