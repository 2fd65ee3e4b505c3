using System.Text;

namespace S3Auth.Cli.Tests.Output;

public sealed class TerminalTextTests
{
    [TestCase("a\tb\n", "a\tb\n")]
    [TestCase("größe 😀\n", "größe 😀\n")]
    [TestCase("\u001b]0;title\u0007", @"\u{1B}]0;title\u{7}")]
    [TestCase("\u009b2J\r", @"\u{9B}2J\u{D}")]
    [TestCase("\u202egnp", @"\u{202E}gnp")]
    public void Text_cannot_control_the_terminal(string text, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(text);

        Assert.That(Write(bytes, bytes.Length), Is.EqualTo(expected));
        Assert.That(Write(bytes, 1), Is.EqualTo(expected), "byte by byte");
    }

    [Test]
    public void Bytes_that_are_not_text_are_replaced() => Assert.That(Write([0xff, 0xfe, (byte)'a'], 3), Is.EqualTo("\ufffd\ufffda"));

    private static string Write(byte[] bytes, int blockSize)
    {
        using var terminal = new StringWriter();
        using var stream = new TerminalText(terminal);
        foreach (var block in bytes.Chunk(blockSize))
        {
            stream.Write(block);
        }

        return terminal.ToString();
    }
}
