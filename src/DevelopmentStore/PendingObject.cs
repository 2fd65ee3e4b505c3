using Microsoft.Win32.SafeHandles;

namespace S3Auth.DevelopmentStore;

/// <summary>
/// An object that is being received into a temporary file. It is not visible before it is committed. Disposing it before that deletes the
/// file.
/// </summary>
internal sealed class PendingObject : IDisposable
{
    private const int BufferBytes = 128 * 1024;

    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly IncrementalHash _md5 = ContentMd5.Start();
    private bool _committed;

    public PendingObject(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
    }

    /// <summary>Bytes received so far.</summary>
    public long Size { get; private set; }

    /// <summary>The MD5 of the bytes received so far.</summary>
    public byte[] Md5() => _md5.GetCurrentHash();

    /// <summary>Receives a body to its end in constant memory. Further bodies are appended.</summary>
    /// <param name="body">The body.</param>
    /// <param name="maximum">The maximum size of the object in bytes.</param>
    /// <param name="observe">Gets every piece for further checks; may be null.</param>
    /// <param name="cancellation">Cancels the upload when the client disconnects.</param>
    /// <exception cref="S3Exception">EntityTooLarge, or an error from reading the body.</exception>
    public async Task ReceiveAsync(Stream body, long maximum, Action<ReadOnlyMemory<byte>>? observe, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var filled = 0;
                int read;
                do
                {
                    read = await body.ReadAsync(buffer.AsMemory(filled), cancellation);
                    filled += read;
                }
                while (read > 0 && filled < buffer.Length);

                if (Size + filled > maximum)
                {
                    throw S3Error.EntityTooLarge.With(null, ("MaxSizeAllowed", S3Xml.Number(maximum)));
                }

                var piece = buffer.AsMemory(0, filled);
                _md5.AppendData(piece.Span);
                observe?.Invoke(piece);
                await RandomAccess.WriteAsync(_file, piece, ObjectHeader.Size + Size, cancellation);
                Size += filled;
                if (read == 0)
                {
                    return;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Completes the file and moves it to its final path. Replaces an existing file.</summary>
    public void MoveTo(string path, StoredObject stored)
    {
        RandomAccess.Write(_file, ObjectHeader.Write(stored), 0);
        _file.Dispose();
        File.Move(_path, path, overwrite: true);
        _committed = true;
    }

    public void Dispose()
    {
        _file.Dispose();
        _md5.Dispose();
        if (!_committed)
        {
            File.Delete(_path);
        }
    }
}
