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
    public void Both_forms_verify_in_any_order_however_often()
    {
        foreach (var wrapped in new[] { true, true, false, true, false, false, true })
        {
            Assert.That(_verifier.Verify(_bob.AccountId, "text", Sign(wrapped ? "<Bytes>text</Bytes>" : "text")), Is.True);
            Assert.That(_verifier.Verify(_bob.AccountId, "text", Sign(wrapped ? "<Bytes>other</Bytes>" : "other")), Is.False);
        }
    }

    [Test]
    public void Form_that_a_hotkey_signed_last_is_remembered()
    {
        var known = new KnownHotkeys(10);
        var verifier = new Sr25519SignatureVerifier(known);

        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("<Bytes>text</Bytes>")), Is.True);
        Assert.That(known.Find(_bob.AccountId)?.WasTextWrapped, Is.True);
        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("other")), Is.False);
        Assert.That(known.Find(_bob.AccountId)?.WasTextWrapped, Is.True);
        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("<Bytes>text</Bytes>")), Is.True);
        Assert.That(known.Find(_bob.AccountId)?.WasTextWrapped, Is.True);
        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("text")), Is.True);
        Assert.That(known.Find(_bob.AccountId)?.WasTextWrapped, Is.False);
    }

    [Test]
    public void Only_a_valid_signature_adds_a_hotkey()
    {
        var known = new KnownHotkeys(10);
        var verifier = new Sr25519SignatureVerifier(known);

        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("other")), Is.False);
        Assert.That(verifier.Verify(default, "text", Sign("text")), Is.False);
        Assert.That(known.Count, Is.Zero);
        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("text")), Is.True);
        Assert.That(verifier.Verify(_bob.AccountId, "text", Sign("text")), Is.True);
        Assert.That(known.Count, Is.EqualTo(1));
    }

    [Test]
    public void Known_hotkey_is_verified_without_allocations()
    {
        var signature = Sign("text");
        var (plain, wrong) = (0L, 0L);
        for (var round = 0; round < 10; round++)
        {
            plain = Allocated(() => _verifier.Verify(_bob.AccountId, "text", signature));
            wrong = Allocated(() => _verifier.Verify(_bob.AccountId, "other", signature));
        }

        Assert.That((plain, wrong), Is.EqualTo((0L, 0L)));

        static long Allocated(Func<bool> verify)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            verify();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Test]
    public void Invalid_unicode_does_not_throw() =>
        Assert.That(_verifier.Verify(_bob.AccountId, "\ud800", Sign("text")), Is.False);

    private Sr25519Signature Sign(string text) => _bob.Sign(Encoding.UTF8.GetBytes(text));
}
