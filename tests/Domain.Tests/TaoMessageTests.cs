using System.Security.Cryptography;

namespace S3Auth.Domain.Tests;

public sealed class TaoMessageTests
{
    [Test]
    public void Text_is_hash_nonce_and_timestamp() => Assert.That(
        TaoMessage.Of(SHA256.HashData("{}"u8), "6F9C2F5E-6d0f-4d8e-9a53-0f3b8f1d2c4a", 1795500000123).ToString(),
        Is.EqualTo("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a.6F9C2F5E-6d0f-4d8e-9a53-0f3b8f1d2c4a.1795500000123"));

    [TestCase(31)]
    [TestCase(33)]
    public void Hash_has_32_bytes(int size) => Assert.That(() => TaoMessage.Of(new byte[size], "n", 1), Throws.ArgumentException);
}
