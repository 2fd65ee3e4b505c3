using System.Security.Cryptography;

namespace S3Auth.Client.Tests;

public sealed class HeaderProofTests
{
    private static readonly byte[] Body = "{\"größe\":1}"u8.ToArray();
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeMilliseconds(1_795_000_000_123);
    private static readonly string Hash = Convert.ToHexStringLower(SHA256.HashData(Body));

    private KeyPair _bob = null!;

    [SetUp]
    public void SetUp() => _bob = KeyPair.FromUri("//Bob");

    [TearDown]
    public void TearDown() => _bob.Dispose();

    [Test]
    public void Tao_signs_body_nonce_and_time()
    {
        var proof = HeaderProof.Tao(_bob, Body, Now);

        Assert.Multiple(() =>
        {
            Assert.That(proof.Text, Is.EqualTo($"{Hash}.{proof.Headers["X-Tao-Nonce"]}.1795000000123"));
            Assert.That(Sr25519Signature.TryParseBase64(proof.Headers["X-Tao-Signature"], out var signature), Is.True);
            Assert.That(Verifies(proof, signature), Is.True);
        });
    }

    [TestCase(null)]
    [TestCase("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")]
    public void Epistula_signs_body_uuid_time_and_receiver(string? signedFor)
    {
        var proof = HeaderProof.Epistula(_bob, Body, Now, signedFor is null ? null : AccountId.Parse(signedFor));

        Assert.Multiple(() =>
        {
            Assert.That(proof.Text, Is.EqualTo($"{Hash}.{proof.Headers["Epistula-Uuid"]}.1795000000123.{signedFor}"));
            Assert.That(Sr25519Signature.TryParseHex(proof.Headers["Epistula-Request-Signature"], out var signature), Is.True);
            Assert.That(Verifies(proof, signature), Is.True);
            Assert.That(proof.Headers.GetValueOrDefault("Epistula-Signed-For"), Is.EqualTo(signedFor));
            Assert.That(
                proof.Headers,
                Does.ContainKey("Epistula-Version").WithValue("2")
                    .And.ContainKey("Epistula-Timestamp").WithValue("1795000000123")
                    .And.ContainKey("Epistula-Signed-By").WithValue(_bob.AccountId.ToString()));
        });
    }

    [Test]
    public void Every_proof_has_its_own_uuid_and_its_text_shows_no_signature()
    {
        HeaderProof[] proofs =
            [HeaderProof.Tao(_bob, Body, Now), HeaderProof.Tao(_bob, Body, Now), HeaderProof.Epistula(_bob, Body, Now)];

        Assert.That(proofs.Select(proof => proof.Text.Split('.')[1]), Is.Unique);
        Assert.That(proofs, Has.All.Matches<HeaderProof>(proof => !proof.ToString().Contains(proof.Signature, StringComparison.Ordinal)));
    }

    private bool Verifies(HeaderProof proof, Sr25519Signature signature) =>
        Sr25519.Verify(_bob.AccountId, Encoding.UTF8.GetBytes(proof.Text), signature);
}
