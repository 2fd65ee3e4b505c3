using System.Buffers.Text;

namespace S3Auth.Domain;

/// <summary>The SHA-256 of a file: 32 bytes.</summary>
public readonly record struct Sha256Digest
{
    /// <summary>The length, in bytes.</summary>
    public const int Size = 32;

    private const int Base64Length = 44;

    private readonly string? _hex;

    private Sha256Digest(string hex) => _hex = hex;

    /// <summary>The digest in lower-case hex, as in <c>x-amz-content-sha256</c>.</summary>
    public string Hex => _hex ?? throw new InvalidOperationException("The digest was not parsed.");

    /// <summary>The digest in base64, as in <c>x-amz-checksum-sha256</c>.</summary>
    public string Base64 => Convert.ToBase64String(Convert.FromHexString(Hex));

    /// <summary>Parses 64 hex digits, or the 44 characters of their base64; false for any other text.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Sha256Digest digest)
    {
        digest = default;
        Span<byte> bytes = stackalloc byte[Size];
        var isParsed = text?.Length switch
        {
            2 * Size => Convert.FromHexString(text, bytes, out _, out var length) == System.Buffers.OperationStatus.Done && length == Size,

            // The decoder ignores white space, which makes the digest shorter.
            Base64Length => Convert.TryFromBase64String(text, bytes, out var length) && length == Size,
            _ => false,
        };
        if (isParsed)
        {
            digest = new Sha256Digest(Convert.ToHexStringLower(bytes));
        }

        return isParsed;
    }

    /// <inheritdoc/>
    public override string ToString() => Hex;
}
