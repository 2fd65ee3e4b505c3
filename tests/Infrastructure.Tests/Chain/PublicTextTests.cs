namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Text that a node chose, before it is logged or published.</summary>
internal sealed class PublicTextTests
{
    [TestCase("alpha_stake", "alpha_stake")]
    [TestCase("Vec<Compact<u64>>, [u8; 32], ()", "Vec<Compact<u64>>, [u8; 32], ()")]
    [TestCase("a\nb\r\tc\0d\u001b[31m", "a?b??c?d?[31m", Description = "control characters")]
    [TestCase("<script src=\"//x\">&'`${}", "<script src????x?>??????", Description = "markup")]
    [TestCase("\u202ea\u200b\u00e9\ud83d\ude00", "?a????", Description = "what is not ASCII")]
    [TestCase("", "")]
    public void Clean_keeps_only_what_occurs_in_names_and_types(string text, string expected) =>
        Assert.That(PublicText.Clean(text), Is.EqualTo(expected));

    [TestCase(80, 80)]
    [TestCase(81, 80)]
    [TestCase(1_000_000, 80)]
    public void Clean_shortens_long_text(int length, int expected) =>
        Assert.That(PublicText.Clean(new string('a', length)), Is.EqualTo(new string('a', expected)));

    [Test]
    public void Numbers_are_removed_for_comparisons() =>
        Assert.That(PublicText.WithoutNumbers("It is 12 blocks behind block 1000."), Is.EqualTo("It is  blocks behind block ."));
}
