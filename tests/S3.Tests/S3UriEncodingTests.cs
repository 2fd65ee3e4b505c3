using System.Text;
using S3Auth.S3;

namespace S3Auth.S3.Tests;

public sealed class S3UriEncodingTests
{
    [TestCase("", "")]
    [TestCase("AZaz09-._~", "AZaz09-._~")]
    [TestCase("a b+c%d", "a%20b%2Bc%25d")]
    [TestCase("a/b//c/../.", "a/b//c/../.")]
    [TestCase("/lead", "/lead")]
    [TestCase("é", "%C3%A9")]
    [TestCase("日本", "%E6%97%A5%E6%9C%AC")]
    [TestCase("😀x", "%F0%9F%98%80x")]
    [TestCase("=&?#:@!$'()*,;[]\"<>\\^`{|}", "%3D%26%3F%23%3A%40%21%24%27%28%29%2A%2C%3B%5B%5D%22%3C%3E%5C%5E%60%7B%7C%7D")]
    [TestCase("\u0000\u001f\u007f", "%00%1F%7F")]
    public void EncodePath_keeps_unreserved_characters_and_slashes_only(string text, string expected) =>
        Assert.That(S3UriEncoding.EncodePath(text), Is.EqualTo(expected));

    [Test]
    public void EncodeComponent_encodes_slashes_too() =>
        Assert.That(S3UriEncoding.EncodeComponent("data/x/5F é"), Is.EqualTo("data%2Fx%2F5F%20%C3%A9"));

    [Test]
    public void Encode_agrees_with_Uri_for_every_character_up_to_U_FFFF()
    {
        for (var c = 0; c < 0xD800; c++)
        {
            var text = $"a{(char)c}b";
            Assert.That(S3UriEncoding.EncodeComponent(text), Is.EqualTo(Uri.EscapeDataString(text)), $"U+{c:X4}");
        }
    }

    [Test]
    public void Encode_replaces_a_lone_surrogate() =>
        Assert.That(S3UriEncoding.EncodePath("a\ud83db"), Is.EqualTo("a%EF%BF%BDb"));

    [Test]
    public void Encode_encodes_bytes_like_text()
    {
        const string text = "a/b c/日本😀";
        var buffer = new byte[S3UriEncoding.MaxEncodedLength(text.Length)];

        Assert.That(
            Encoding.ASCII.GetString(buffer, 0, S3UriEncoding.EncodePath(text, buffer)),
            Is.EqualTo(S3UriEncoding.EncodePath(text)));
        Assert.That(
            Encoding.ASCII.GetString(buffer, 0, S3UriEncoding.EncodeComponent(text, buffer)),
            Is.EqualTo(S3UriEncoding.EncodeComponent(text)));
    }

    [Test]
    public void Encode_encodes_every_byte()
    {
        var bytes = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var buffer = new byte[bytes.Length * 3];

        var encoded = Encoding.ASCII.GetString(buffer, 0, S3UriEncoding.EncodeComponent(bytes, buffer));

        Assert.That(
            encoded,
            Is.EqualTo(
                string.Concat(
                    bytes.Select(value =>
                        char.IsAsciiLetterOrDigit((char)value)
                            || "-._~".Contains((char)value, StringComparison.Ordinal) ? $"{(char)value}" : $"%{value:X2}"))));
        Assert.Throws<ArgumentException>(() => S3UriEncoding.EncodeComponent(bytes, buffer.AsSpan(1)));
    }

    [TestCase("abc", 2)]
    [TestCase(" ", 2)]
    [TestCase("ab ", 4)]
    public void Encode_refuses_a_buffer_that_is_too_short(string text, int room) =>
        Assert.Throws<ArgumentException>(() => S3UriEncoding.EncodePath(text, new byte[room]));
}
