using System.Buffers;

namespace S3Auth.Client.Hashing;

/// <summary>Computes the MD5s of several ranges of a file together.</summary>
internal static class RangeHashes
{
    /// <summary>The number of ranges at which a range takes the least CPU time.</summary>
    internal const int GroupSize = Md5Lanes.Count;

    private const int ChunkSize = 64 * 1024;

    /// <summary>Returns the MD5 of each range in lowercase hex.</summary>
    /// <param name="file">The file.</param>
    /// <param name="ranges">At most <see cref="GroupSize"/> ranges.</param>
    /// <param name="cancellationToken">Cancels the computation.</param>
    /// <exception cref="ChangedContentException">The file is shorter.</exception>
    internal static async Task<IReadOnlyList<string>> ComputeAsync(
        FileToUpload file, IReadOnlyList<FileRange> ranges, CancellationToken cancellationToken)
    {
        var (lanes, hashes) = (new List<Lane>(), new string[ranges.Count]);
        try
        {
            for (var i = 0; i < ranges.Count; i++)
            {
                var stream = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
                lanes.Add(new Lane(i, ranges[i], stream));
                stream.Seek(ranges[i].Start, SeekOrigin.Begin);
            }

            while (lanes.Count > 0)
            {
                var length = (int)(Math.Min(ChunkSize, lanes.Min(lane => lane.Left)) / Md5Lanes.BlockSize * Md5Lanes.BlockSize);
                foreach (var lane in lanes)
                {
                    await lane.ReadAsync(file, length, cancellationToken).ConfigureAwait(false);
                }

                Md5Lanes.Compress(
                    [.. lanes.Select(lane => lane.Message.State)], [.. lanes.Select(lane => lane.Chunk(length))], length);
                foreach (var lane in lanes.Where(lane => lane.Left < Md5Lanes.BlockSize).ToList())
                {
                    hashes[lane.Index] = await lane.FinishAsync(file, cancellationToken).ConfigureAwait(false);
                    lanes.Remove(lane);
                    await lane.DisposeAsync().ConfigureAwait(false);
                }
            }

            return hashes;
        }
        finally
        {
            foreach (var lane in lanes)
            {
                await lane.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private sealed class Lane(int index, FileRange range, Stream stream) : IAsyncDisposable
    {
        private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(ChunkSize);

        internal int Index => index;

        internal Md5Message Message { get; } = new();

        internal long Left { get; private set; } = range.Length;

        internal ReadOnlyMemory<byte> Chunk(int length) => _buffer.AsMemory(0, length);

        internal async ValueTask ReadAsync(FileToUpload file, int length, CancellationToken cancellationToken)
        {
            if (await stream.ReadAtLeastAsync(
                _buffer.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < length)
            {
                throw ChangedContentException.Of(file);
            }

            Left -= length;
        }

        internal async ValueTask<string> FinishAsync(FileToUpload file, CancellationToken cancellationToken)
        {
            var rest = (int)Left;
            await ReadAsync(file, rest, cancellationToken).ConfigureAwait(false);
            return Message.Finish(_buffer.AsSpan(0, rest), range.Length);
        }

        public ValueTask DisposeAsync()
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            return stream.DisposeAsync();
        }
    }
}
