namespace S3Auth.Cli.Output;

/// <summary>
/// Writes the text of a file to a terminal. Shows control characters instead of sending them, because they could
/// change what the terminal shows, or make it send text as if the user had typed it.
/// </summary>
/// <param name="terminal">The terminal.</param>
internal sealed class TerminalText(TextWriter terminal) : WriteOnlyStream
{
    private readonly Decoder _decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var characters = new char[_decoder.GetCharCount(buffer, flush: false)];
        _decoder.GetChars(buffer, characters, flush: false);
        var text = new string(characters);
        terminal.Write(string.Join('\n', text.Split('\n').Select(line => string.Join('\t', line.Split('\t').Select(Report.Safe)))));
    }

    public override void Flush() => terminal.Flush();
}
