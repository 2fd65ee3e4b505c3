namespace S3Auth.Cli.Identity;

/// <summary>The bytes of a file that may hold a secret: at one place in memory, overwritten at the end.</summary>
internal sealed class SecretFile : IDisposable
{
    private readonly byte[] _buffer = GC.AllocateArray<byte>(KeyFile.MaxSize + 1, pinned: true);
    private readonly int _length;

    /// <param name="path">The file.</param>
    /// <param name="what">What it is, for messages.</param>
    /// <exception cref="UsageException">It cannot be read.</exception>
    internal SecretFile(string path, string what)
    {
        try
        {
            // Without a buffer of the stream's own, which nobody would overwrite.
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            _length = file.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Dispose();
            throw new UsageException($"The {what} {path} cannot be read: {exception.Message}");
        }

        if (_length > KeyFile.MaxSize)
        {
            Dispose();
            throw new UsageException($"The {what} {path} has more than {KeyFile.MaxSize} bytes: it is none.");
        }
    }

    internal ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>The same without the end of a last line.</summary>
    internal ReadOnlySpan<byte> Line => Bytes.TrimEnd("\r\n"u8);

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    /// <summary>Whether other accounts of this machine may read it.</summary>
    internal static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;
}
