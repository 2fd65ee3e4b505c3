namespace S3Auth.Cli.Output;

/// <summary>
/// Writes the text of a file to a terminal. Shows control characters instead of sending them, because whoever wrote the file could
/// otherwise change what the terminal shows, or what it sends as if it were typed.
/// </summary>
/// <param name="terminal">The terminal.</param>
internal sealed class TerminalText(TextWriter terminal) : Stream
{
    private readonly Decoder _decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var characters = new char[_decoder.GetCharCount(buffer, flush: false)];
        _decoder.GetChars(buffer, characters, flush: false);
        var text = new string(characters);
        terminal.Write(string.Join('\n', text.Split('\n').Select(line => string.Join('\t', line.Split('\t').Select(Report.Safe)))));
    }

    public override void Flush() => terminal.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
