namespace S3Auth.Cli.Identity;

/// <summary>The bytes of a file that may contain a secret. Kept once in memory, and overwritten when disposed.</summary>
internal sealed class SecretFile : IDisposable
{
    private readonly byte[] _buffer = GC.AllocateArray<byte>(KeyFile.MaxSize + 1, pinned: true);
    private readonly int _length;

    /// <param name="path">The path of the file.</param>
    /// <param name="what">The kind of the file, for messages.</param>
    /// <exception cref="UsageException">The file cannot be read.</exception>
    internal SecretFile(string path, string what)
    {
        try
        {
            // Without the stream's own buffer, which nothing would overwrite.
            using var file = new FileStream(path, new FileStreamOptions { BufferSize = 0 });
            _length = file.ReadAtLeast(_buffer, _buffer.Length, throwOnEndOfStream: false);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            Dispose();
            throw new UsageException($"The {what} {path} cannot be read: {exception.Message}");
        }

        if (_length > KeyFile.MaxSize)
        {
            Dispose();
            throw new UsageException($"{path} has more than {KeyFile.MaxSize} bytes, so it is not a {what}.");
        }
    }

    internal ReadOnlySpan<byte> Bytes => _buffer.AsSpan(0, _length);

    /// <summary>The bytes without a line break at the end.</summary>
    internal ReadOnlySpan<byte> Line => Bytes.TrimEnd("\r\n"u8);

    public void Dispose() => CryptographicOperations.ZeroMemory(_buffer);

    /// <summary>Whether other accounts of this machine can read a file.</summary>
    internal static bool IsOpenToOthers(string path) =>
        !OperatingSystem.IsWindows()
            && (File.GetUnixFileMode(path) & (UnixFileMode.GroupRead | UnixFileMode.OtherRead)) != UnixFileMode.None;
}
