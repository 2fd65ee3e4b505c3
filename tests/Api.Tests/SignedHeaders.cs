using System.Security.Cryptography;

namespace S3Auth.Api.Tests;

/// <summary>
/// Makes proofs in headers, as clients do. Names and texts are written here again, so that a test notices if they change.
/// </summary>
internal sealed record SignedHeaders(string Version, string Timestamp, string Nonce, string SignedBy, string Signature)
{
    internal const string SignedFor = "Epistula-Signed-For";

    internal static readonly SignedHeaders Tao = new(
        "X-Tao-Version", "X-Tao-Timestamp", "X-Tao-Nonce", "X-Tao-Signed-By", "X-Tao-Signature");

    internal static readonly SignedHeaders Epistula = new(
        "Epistula-Version", "Epistula-Timestamp", "Epistula-Uuid", "Epistula-Signed-By", "Epistula-Request-Signature");

    /// <summary>Unix milliseconds.</summary>
    internal static long Now => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    internal string[] Names => [Version, Timestamp, Nonce, SignedBy, Signature];

    /// <summary>Returns a valid proof of a body.</summary>
    internal Dictionary<string, string> Sign(
        string body, string? nonce = null, string signer = "//Bob", string? signedFor = null, long? timestamp = null)
    {
        using var hotkey = KeyPair.FromUri(signer);
        return Sign(Encoding.UTF8.GetBytes(body), hotkey, nonce, signedFor, timestamp);
    }

    /// <summary>Returns a valid proof of a body.</summary>
    internal Dictionary<string, string> Sign(
        byte[] body, KeyPair hotkey, string? nonce = null, string? signedFor = null, long? timestamp = null)
    {
        nonce ??= Guid.NewGuid().ToString();
        timestamp ??= Now;
        var text = $"{Convert.ToHexStringLower(SHA256.HashData(body))}.{nonce}.{timestamp}" + (this == Epistula ? $".{signedFor}" : "");
        var signature = hotkey.Sign(Encoding.UTF8.GetBytes(text));
        var headers = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [Version] = "2",
            [Timestamp] = $"{timestamp}",
            [Nonce] = nonce,
            [SignedBy] = hotkey.AccountId.ToString(),
            [Signature] = this == Epistula ? signature.ToString() : Convert.ToBase64String(signature.ToBytes()),
        };
        if (signedFor is not null)
        {
            headers[SignedFor] = signedFor;
        }

        return headers;
    }
}
