using System.Buffers;

namespace S3Auth.Client.Uploads;

/// <summary>Computes hashes of files.</summary>
internal static class FileHash
{
    /// <summary>Returns the hash of a range of a file.</summary>
    /// <exception cref="ChangedContentException">The file is shorter.</exception>
    internal static async Task<byte[]> ComputeAsync(
        FileToUpload file, FileRange range, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Min(UploadContent.BlockSize, Math.Max(range.Length, 1)));
        using var hash = IncrementalHash.CreateHash(algorithm);
        try
        {
            var source = await file.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (source.ConfigureAwait(false))
            {
                if (range.Start > 0)
                {
                    source.Seek(range.Start, SeekOrigin.Begin);
                }

                for (var left = range.Length; left > 0;)
                {
                    var read = await source.ReadAsync(
                        buffer.AsMemory(0, (int)Math.Min(buffer.Length, left)), cancellationToken).ConfigureAwait(false);
                    if (read == 0)
                    {
                        throw ChangedContentException.Of(file);
                    }

                    hash.AppendData(buffer, 0, read);
                    left -= read;
                }
            }

            return hash.GetHashAndReset();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
