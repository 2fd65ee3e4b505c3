namespace S3Auth.Domain.Tests;

public sealed class ReplayKeyTests
{
    private static readonly Guid Nonce = new("6f9c2f5e-6d0f-4d8e-9a53-0f3b8f1d2c4a");

    [Test]
    public void Key_of_headers_depends_on_signer_nonce_and_kind()
    {
        ReplayKey[] keys =
        [
            ReplayKey.OfTao(Accounts.Bob, Nonce),
            ReplayKey.OfTao(Accounts.Alice, Nonce),
            ReplayKey.OfTao(Accounts.Bob, Guid.Empty),
            ReplayKey.OfEpistula(Accounts.Bob, Nonce),
            ReplayKey.OfEpistula(Accounts.Alice, Nonce),
            ReplayKey.OfEpistula(Accounts.Bob, Guid.Empty),
        ];

        Assert.Multiple(() =>
        {
            Assert.That(keys, Is.Unique);
            Assert.That(ReplayKey.OfTao(Accounts.Bob, Nonce), Is.EqualTo(keys[0]));
            Assert.That(ReplayKey.OfEpistula(Accounts.Bob, Nonce), Is.EqualTo(keys[3]));
        });
    }

    [Test]
    public void Key_of_a_commitment_depends_on_its_signature()
    {
        Assert.That(Sr25519Signature.TryParseHex(new string('1', 128), out var one), Is.True);
        Assert.That(Sr25519Signature.TryParseHex("0x" + new string('1', 128), out var same), Is.True);
        Assert.That(Sr25519Signature.TryParseHex(new string('2', 128), out var another), Is.True);

        Assert.That(ReplayKey.OfSignature(one), Is.EqualTo(ReplayKey.OfSignature(same)).And.Not.EqualTo(ReplayKey.OfSignature(another)));
    }
}
