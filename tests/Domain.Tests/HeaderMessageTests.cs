using System.Security.Cryptography;

namespace S3Auth.Domain.Tests;

public sealed class HeaderMessageTests
{
    private const string Hash = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
    private const string Uuid = "6F9C2F5E-6d0f-4d8e-9a53-0f3b8f1d2c4a";

    [Test]
    public void Text_of_tao_is_hash_nonce_and_timestamp() => Assert.That(
        HeaderMessage.OfTao(SHA256.HashData("{}"u8), Uuid, 1795500000123).ToString(), Is.EqualTo($"{Hash}.{Uuid}.1795500000123"));

    [TestCase("", ExpectedResult = $"{Hash}.{Uuid}.1795500000123.")]
    [TestCase(Accounts.BobAddress, ExpectedResult = $"{Hash}.{Uuid}.1795500000123.{Accounts.BobAddress}")]
    public string Text_of_epistula_ends_with_the_receiver_or_with_a_dot(string signedFor) =>
        HeaderMessage.OfEpistula(SHA256.HashData("{}"u8), Uuid, 1795500000123, signedFor).ToString();

    [TestCase(31)]
    [TestCase(33)]
    public void Hash_has_32_bytes(int size)
    {
        Assert.That(() => HeaderMessage.OfTao(new byte[size], "n", 1), Throws.ArgumentException);
        Assert.That(() => HeaderMessage.OfEpistula(new byte[size], "n", 1, ""), Throws.ArgumentException);
    }
}
