using System.Buffers;

namespace S3Auth.Cli.Transfers;

/// <summary>Computes MD5s, to compare local files with <see cref="S3Auth.Client.Downloads.RemoteFile.Md5"/>.</summary>
internal static class Md5
{
    private const int BlockSize = 256 * 1024;

    /// <summary>Returns the MD5 of a file in lowercase hex.</summary>
    internal static async Task<string> OfFileAsync(string path, CancellationToken cancellationToken)
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
            int read;
            while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
            {
                md5.AppendData(buffer, 0, read);
            }

            return Convert.ToHexStringLower(md5.GetHashAndReset());
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
