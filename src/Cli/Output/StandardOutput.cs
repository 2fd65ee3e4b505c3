using Microsoft.Win32.SafeHandles;

namespace S3Auth.Cli.Output;

/// <summary>
/// Writes to stdout, and throws <see cref="OutputClosedException"/> if the other end of a pipe is closed. .NET's console stream ignores
/// that, so a long listing would continue although nobody reads it.
/// </summary>
internal sealed class StandardOutput : WriteOnlyStream
{
    private const int BrokenPipe = 32;

    private readonly Stream _stream = Open();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _stream.Write(buffer);
        }
        catch (IOException exception) when (!OperatingSystem.IsWindows() && exception.HResult == BrokenPipe)
        {
            throw new OutputClosedException();
        }
    }

    public override void Flush() => _stream.Flush();

    // A FileStream keeps its own position, so it would overwrite what other programs write to the same file.
    private static Stream Open()
    {
        if (!OperatingSystem.IsWindows() && Console.IsOutputRedirected)
        {
            var pipe = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            if (!pipe.CanSeek)
            {
                return pipe;
            }
        }

        return Console.OpenStandardOutput();
    }
}
