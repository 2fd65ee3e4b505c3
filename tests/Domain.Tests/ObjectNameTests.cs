namespace S3Auth.Domain.Tests;

public sealed class ObjectNameTests
{
    [TestCase(1024, true)]
    [TestCase(1025, false)]
    [TestCase(0, false)]
    public void Key_has_1_to_1024_bytes(int length, bool good) =>
        Assert.That(ObjectName.TryParse(new string('a', length), out _), Is.EqualTo(good));

    [TestCase(512, true)]
    [TestCase(513, false)]
    public void Key_length_is_counted_in_bytes_not_characters(int length, bool good) =>
        Assert.That(ObjectName.TryParse(new string('é', length), out _), Is.EqualTo(good));

    [Test]
    public void Key_that_is_not_valid_unicode_is_rejected() =>
        Assert.That(ObjectName.TryParse("data/\ud800", out _), Is.False);

    [Test]
    public void Key_is_kept_unchanged()
    {
        Assert.That(ObjectName.TryParse("data/x/../a b%2F+=.", out var name), Is.True);
        Assert.That(name.Key, Is.EqualTo("data/x/../a b%2F+=."));
    }

    [Test]
    public void Key_that_was_not_parsed_cannot_be_used() =>
        Assert.That(() => default(ObjectName).Key, Throws.InvalidOperationException);
}
