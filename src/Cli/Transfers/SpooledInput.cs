namespace S3Auth.Cli.Transfers;

/// <summary>
/// The content of stdin in a private temporary file. An upload needs the size and the hash before the first byte is sent, and may have to
/// send bytes again. Disposing it deletes the file.
/// </summary>
internal sealed class SpooledInput : IDisposable
{
    private const int BlockSize = 256 * 1024;

    private SpooledInput(FileInfo file) => File = file;

    internal FileInfo File { get; }

    /// <summary>Reads a stream to its end.</summary>
    /// <param name="input">The stream.</param>
    /// <param name="maxBytes">The maximum size of a file.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <exception cref="UsageException">The input is larger, or the disk is full.</exception>
    internal static async Task<SpooledInput> ReadAsync(Stream input, long maxBytes, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), $"s3auth-{Guid.NewGuid():N}.tmp");
        var spooled = new SpooledInput(new FileInfo(path));
        try
        {
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            }.ForOwnerOnly();
            await using var file = new FileStream(path, options);
            var (buffer, size) = (new byte[BlockSize], 0L);
            int read;
            while ((read = await ReadAsync(input, buffer, cancellationToken)) > 0)
            {
                size += read;
                if (size > maxBytes)
                {
                    throw new UsageException(
                        $"The input has more than {Amount.Bytes(maxBytes)}, the maximum size of a file at this deployment.");
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            spooled.Dispose();
            throw new UsageException(
                $"The input cannot be stored in {Path.GetTempPath()} for the upload: {exception.Message} Set TMPDIR to a folder with "
                + "enough space.");
        }
        catch
        {
            spooled.Dispose();
            throw;
        }

        spooled.File.Refresh();
        return spooled;
    }

    public void Dispose() => File.Delete();

    // A terminal or a pipe cannot be read asynchronously, and Ctrl-C must not wait for it.
    private static Task<int> ReadAsync(Stream input, byte[] buffer, CancellationToken cancellationToken) =>
        Task.Run(() => input.Read(buffer, 0, buffer.Length), CancellationToken.None).WaitAsync(cancellationToken);
}
