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

    /// <summary>
    /// Returns a stream of a range of the object's bytes. It is valid until this reader is disposed. Reading throws
    /// <see cref="IOException"/> if the file ends early.
    /// </summary>
    public Stream OpenRange(long offset, long count) => new RangeStream(_file, ObjectHeader.Size + offset, count);

    public void Dispose() => _file.Dispose();

    private sealed class RangeStream(SafeFileHandle file, long offset, long count) : ReadOnlyStream
    {
        private long _read;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var left = count - _read;
            if (left == 0 || buffer.Length == 0)
            {
                return 0;
            }

            var wanted = buffer[..(int)Math.Min(left, buffer.Length)];
            var read = await RandomAccess.ReadAsync(file, wanted, offset + _read, cancellationToken);
            _read += read;
            return read > 0 ? read : throw new IOException("The file of the object is too short.");
        }
    }
}
