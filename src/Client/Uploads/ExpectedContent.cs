namespace S3Auth.Client.Uploads;

/// <summary>A hash that a file must have.</summary>
/// <param name="Algorithm">SHA-256, SHA-1 or MD5.</param>
/// <param name="Hash">The bytes of the hash.</param>
/// <param name="Prefix">Bytes that are hashed before the file's bytes.</param>
public sealed record ExpectedContent(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Prefix = default)
{
    /// <summary>Returns the SHA-256 of the file's bytes, as Git LFS uses it.</summary>
    public static ExpectedContent Sha256(string hex) => new(HashAlgorithmName.SHA256, Convert.FromHexString(hex));

    /// <summary>Returns the id of a Git blob: the SHA-1 of <c>blob {size}\0</c> and the file's bytes.</summary>
    public static ExpectedContent GitBlob(string hex, long size) => new(
        HashAlgorithmName.SHA1, Convert.FromHexString(hex), Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
}
