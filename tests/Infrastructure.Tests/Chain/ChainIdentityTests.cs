namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Which answers are about the same chain.</summary>
internal sealed class ChainIdentityTests
{
    [TestCase("0x01", "A", "0x01", "B", true)]
    [TestCase("0x01", "A", "0x02", "A", false)]
    [TestCase(null, "A", "0x02", "A", true)]
    [TestCase(null, "A", "0x02", "B", false)]
    [TestCase(null, "A", null, "A", true)]
    [TestCase(null, "A", null, "B", false)]
    public void Chain_is_known_by_its_genesis_and_by_its_name_only_where_that_is_unknown(
        string? genesis, string name, string? otherGenesis, string otherName, bool expected)
    {
        var (one, other) = (new ChainIdentity(genesis, name), new ChainIdentity(otherGenesis, otherName));

        Assert.That((one.IsSameAs(other), other.IsSameAs(one)), Is.EqualTo((expected, expected)));
    }
}
