namespace S3Auth.Client.Uploads;

/// <summary>A hash that a file must have.</summary>
/// <param name="Algorithm">SHA-256, SHA-1 or MD5.</param>
/// <param name="Hash">The hash's bytes.</param>
/// <param name="Prefix">What is hashed before the file's bytes.</param>
public sealed record ExpectedContent(HashAlgorithmName Algorithm, ReadOnlyMemory<byte> Hash, ReadOnlyMemory<byte> Prefix = default)
{
    /// <summary>The SHA-256 of its bytes, as Git LFS names them.</summary>
    public static ExpectedContent Sha256(string hex) => new(HashAlgorithmName.SHA256, Convert.FromHexString(hex));

    /// <summary>The id of a Git blob: SHA-1 of <c>blob {size}\0</c> and its bytes.</summary>
    public static ExpectedContent GitBlob(string hex, long size) => new(
        HashAlgorithmName.SHA1, Convert.FromHexString(hex), Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {size}\0")));
}
