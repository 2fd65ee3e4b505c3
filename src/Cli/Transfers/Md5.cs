using System.Buffers;

namespace S3Auth.Cli.Transfers;

/// <summary>Computes MD5s, to compare local files with the ETags of stored ones.</summary>
internal static class Md5
{
    private const int BlockSize = 256 * 1024;

    /// <summary>Returns the MD5 of a file in lowercase hex.</summary>
    internal static async Task<string> OfFileAsync(string path, CancellationToken cancellationToken) =>
        Convert.ToHexStringLower((await OfEachPartAsync(path, long.MaxValue, cancellationToken))[0]);

    /// <summary>Returns the ETag of a file that is uploaded in parts: the MD5 of the parts' MD5s, and their number.</summary>
    internal static async Task<string> OfPartsAsync(string path, long partSize, CancellationToken cancellationToken)
    {
        var parts = await OfEachPartAsync(path, partSize, cancellationToken);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        parts.ForEach(part => md5.AppendData(part));
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(md5.GetHashAndReset())}-{parts.Count}");
    }

    // An empty file has one part.
    private static async Task<List<byte[]>> OfEachPartAsync(string path, long partSize, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BlockSize);
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        });
        try
        {
            var (parts, left) = (new List<byte[]>(), partSize);
            int read;
            while ((read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(BlockSize, left)), cancellationToken)) > 0)
            {
                md5.AppendData(buffer, 0, read);
                left -= read;
                if (left == 0)
                {
                    parts.Add(md5.GetHashAndReset());
                    left = partSize;
                }
            }

            if (left < partSize || parts.Count == 0)
            {
                parts.Add(md5.GetHashAndReset());
            }

            return parts;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
