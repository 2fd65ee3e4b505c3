namespace S3Auth.Domain.Tests;

public sealed class FileNameTests
{
    [TestCase("data_20261124_062101_1000.parquet")]
    [TestCase("with space + plus & more = 100 %.bin")]
    [TestCase("a%2Fb")]
    [TestCase("größe-数据-🙂")]
    [TestCase("...")]
    [TestCase(".hidden")]
    [TestCase("ends.")]
    [TestCase("$file")]
    [TestCase(" ")]
    public void Name_of_one_segment_is_parsed_unchanged(string text)
    {
        Assert.That(FileName.TryParse(text, out var name), Is.True);
        Assert.That((name.Name, name.ToString()), Is.EqualTo((text, text)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase(".")]
    [TestCase("..")]
    [TestCase("/")]
    [TestCase("a/b")]
    [TestCase("a\\b")]
    [TestCase("../a")]
    [TestCase("a\0b")]
    [TestCase("a\nb")]
    [TestCase("\u007f")]
    [TestCase("\u0085")]
    [TestCase("${filename}")]
    [TestCase("a${filename}b")]
    public void Text_that_is_not_one_plain_segment_is_rejected(string? text) =>
        Assert.That(FileName.TryParse(text, out _), Is.False);

    [Test]
    public void Name_has_at_most_255_bytes()
    {
        Assert.Multiple(() =>
        {
            Assert.That(FileName.TryParse(new string('a', 255), out _), Is.True);
            Assert.That(FileName.TryParse(new string('a', 256), out _), Is.False);
            Assert.That(FileName.TryParse(new string('ä', 128), out _), Is.False, "256 bytes");
        });
    }

    [Test]
    public void Lone_surrogate_is_rejected() => Assert.That(FileName.TryParse("a" + (char)0xD800, out _), Is.False);

    [Test]
    public void Name_that_was_not_parsed_cannot_be_used() => Assert.That(() => default(FileName).Name, Throws.InvalidOperationException);
}
