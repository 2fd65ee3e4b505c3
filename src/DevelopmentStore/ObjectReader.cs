using Microsoft.Win32.SafeHandles;

namespace S3Auth.DevelopmentStore;

/// <summary>An open object. It can be read to its end even if it is replaced or deleted meanwhile.</summary>
internal sealed class ObjectReader : IDisposable
{
    private readonly SafeFileHandle _file;

    private ObjectReader(SafeFileHandle file, StoredObject stored)
    {
        _file = file;
        Stored = stored;
    }

    public StoredObject Stored { get; }

    /// <exception cref="IOException">The file cannot be opened, or is missing (<see cref="FileNotFoundException"/>).</exception>
    /// <exception cref="InvalidDataException">The file is not a complete object.</exception>
    public static ObjectReader Open(string path)
    {
        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, FileOptions.Asynchronous);
        try
        {
            var block = new byte[ObjectHeader.Size];
            var read = RandomAccess.Read(file, block, 0);
            if (read != block.Length)
            {
                throw new InvalidDataException("The file is shorter than an object's header.");
            }

            var stored = ObjectHeader.Read(block);
            if (RandomAccess.GetLength(file) != ObjectHeader.Size + stored.Size)
            {
                throw new InvalidDataException("The length of the file differs from its header.");
            }

            return new ObjectReader(file, stored);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Copies a range of the object's bytes.</summary>
    /// <exception cref="IOException">The file ended early.</exception>
    public async Task CopyToAsync(Stream target, long offset, long count, CancellationToken cancellation)
    {
        var buffer = new byte[(int)Math.Min(64 * 1024, Math.Max(count, 1))];
        while (count > 0)
        {
            var read = await RandomAccess.ReadAsync(
                _file, buffer.AsMemory(0, (int)Math.Min(count, buffer.Length)), ObjectHeader.Size + offset, cancellation);
            if (read == 0)
            {
                throw new IOException("The file of the object is too short.");
            }

            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
            offset += read;
            count -= read;
        }
    }

    public void Dispose() => _file.Dispose();
}
