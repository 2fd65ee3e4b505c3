namespace S3Auth.Cli.Tests.Output;

public sealed class DisplayTextTests
{
    [TestCase("abc", 5, "abc  ")]
    [TestCase("abcde", 5, "abcde")]
    [TestCase("folder/abc", 5, "…/abc")]
    [TestCase("数据", 5, "数据 ")]
    [TestCase("数据数据", 5, "…数据")]
    [TestCase("数据数据", 4, "…据 ")]
    [TestCase("", 2, "  ")]
    public void Text_has_the_columns(string text, int columns, string expected) =>
        Assert.That(DisplayText.Fit(text, columns), Is.EqualTo(expected));
}
