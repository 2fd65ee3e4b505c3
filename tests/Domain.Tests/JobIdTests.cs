namespace S3Auth.Domain.Tests;

public sealed class JobIdTests
{
    [TestCase("1")]
    [TestCase("crawler-3_2026.11.24")]
    [TestCase("..")]
    public void Short_word_is_accepted(string text)
    {
        Assert.That(JobId.TryParse(text, out var job), Is.True);
        Assert.That((job.Id, job.ToString()), Is.EqualTo((text, text)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("a b")]
    [TestCase("a/b")]
    [TestCase("a%2Fb")]
    [TestCase("ä")]
    [TestCase("a\n")]
    [TestCase("a=b")]
    public void Other_text_is_rejected(string? text) => Assert.That(JobId.TryParse(text, out _), Is.False);

    [Test]
    public void Id_has_at_most_128_characters() => Assert.That(
        (JobId.TryParse(new string('a', 128), out _), JobId.TryParse(new string('a', 129), out _)), Is.EqualTo((true, false)));

    [Test]
    public void Id_that_was_not_parsed_cannot_be_used() => Assert.That(() => default(JobId).Id, Throws.InvalidOperationException);
}
