using System.Text;

namespace S3Auth.Domain.Tests;

public sealed class ObjectKeyTests
{
    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(2048, true)]
    [TestCase(2049, false)]
    public void Key_has_1_to_2048_bytes(int length, bool good) =>
        Assert.That(ObjectKey.TryRead(new byte[length], out _), Is.EqualTo(good));

    [TestCase("612FFF", "a/\ufffd")]
    [TestCase("61C080", "a\ufffd\ufffd")]
    [TestCase("EDA080", "\ufffd\ufffd\ufffd")]
    [TestCase("C3A900", "é\0")]
    public void Bytes_are_kept_even_if_the_text_cannot_show_them(string hex, string text)
    {
        var key = KeyOf(Convert.FromHexString(hex));

        Assert.That((Convert.ToHexString(key.Bytes.Span), key.Text, key.ToString()), Is.EqualTo((hex, text, text)));
    }

    [Test]
    public void Keys_with_equal_text_but_different_bytes_are_not_equal()
    {
        var (one, other, same) = (KeyOf([0xfe]), KeyOf([0xff]), KeyOf([0xfe]));

        Assert.Multiple(() =>
        {
            Assert.That(one.Text, Is.EqualTo(other.Text));
            Assert.That((one == other, one != other, one.Equals((object)other)), Is.EqualTo((false, true, false)));
            Assert.That((one == same, one.Equals((object)same), one.GetHashCode() == same.GetHashCode()), Is.EqualTo((true, true, true)));
        });
    }

    // In UTF-16 order, U+FF5E would come after U+1F600. The replacement character U+FFFD comes before bytes that are not UTF-8.
    [TestCase("a", "b", true)]
    [TestCase("a", "a", false)]
    [TestCase("a", "aa", true)]
    [TestCase("\uff5e", "\U0001f600", true)]
    [TestCase("\U0001f600", "\uff5e", false)]
    public void Keys_are_ordered_by_their_bytes(string before, string after, bool grows) =>
        Assert.That(KeyOf(Encoding.UTF8.GetBytes(after)).IsAfter(KeyOf(Encoding.UTF8.GetBytes(before))), Is.EqualTo(grows));

    [Test]
    public void Bytes_that_are_not_utf8_are_ordered_after_their_replacement_text() =>
        Assert.That(KeyOf([0xff]).IsAfter(KeyOf(Encoding.UTF8.GetBytes("\ufffd"))), Is.True);

    [Test]
    public void Key_has_a_name_if_a_url_can_contain_it()
    {
        Assert.That(KeyOf("data/a b%2F\u0001"u8.ToArray()).TryGetName(out var name), Is.True);
        Assert.That(name.Key, Is.EqualTo("data/a b%2F\u0001"));
        Assert.That(KeyOf(Encoding.UTF8.GetBytes("data/\ufffd")).TryGetName(out _), Is.True, "U+FFFD is a character like any other");
        Assert.That(KeyOf([(byte)'a', 0xff]).TryGetName(out _), Is.False);
        Assert.That(KeyOf("a\0b"u8.ToArray()).TryGetName(out _), Is.False);
        Assert.That(KeyOf(Enumerable.Repeat((byte)1, 1024).ToArray()).TryGetName(out _), Is.True);
        Assert.That(KeyOf(Enumerable.Repeat((byte)1, 1025).ToArray()).TryGetName(out _), Is.False);
    }

    [Test]
    public void Key_that_was_not_read_cannot_be_used()
    {
        Assert.That(() => default(ObjectKey).Text, Throws.InvalidOperationException);
        Assert.That(() => default(ObjectKey).Bytes, Throws.InvalidOperationException);
    }

    private static ObjectKey KeyOf(byte[] bytes) =>
        ObjectKey.TryRead(bytes, out var key) ? key : throw new ArgumentException("No key.", nameof(bytes));
}
