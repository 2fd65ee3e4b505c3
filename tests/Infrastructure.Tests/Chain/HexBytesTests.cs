namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The bytes that the answers of several nodes are compared by.</summary>
internal sealed class HexBytesTests
{
    [Test]
    public void Equal_bytes_are_equal_wherever_they_are_in_memory()
    {
        var (one, other) = (new HexBytes(new byte[] { 1, 2, 3 }), new HexBytes(new byte[] { 0, 1, 2, 3 }.AsMemory(1)));

        Assert.That(other, Is.EqualTo(one));
        Assert.That(other.GetHashCode(), Is.EqualTo(one.GetHashCode()));
    }

    [TestCase("010204")]
    [TestCase("0102")]
    [TestCase("01020300")]
    [TestCase("")]
    public void Other_bytes_are_not_equal(string other) =>
        Assert.That(new HexBytes(Convert.FromHexString(other)), Is.Not.EqualTo(new HexBytes(new byte[] { 1, 2, 3 })));
}
