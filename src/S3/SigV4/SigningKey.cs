using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace S3Auth.S3;

/// <summary>
/// The signing key of one secret for one UTC day, region and service: 32 bytes, derived by HMAC-SHA256 over day, region, service and
/// <c>aws4_request</c> in turn, starting with <c>"AWS4" + secret</c>. Immutable and thread-safe. Never prints the key.
/// Specification: "Signature Calculations", Amazon S3 API Reference.
/// </summary>
public sealed class SigningKey
{
    private const int MaxRegionLength = 64;
    private const int MaxServiceLength = 32;

    // Of HMAC, RFC 2104.
    private const byte InnerPad = 0x36;
    private const byte OuterPad = 0x5c;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // One per thread, because creating a hash takes half as long as hashing a canonical request.
    [ThreadStatic]
    private static IncrementalHash? _hashOfThisThread;

    // Pooled, because initialising an HMAC with the key takes as long as hashing a policy.
    private readonly DefaultObjectPool<IncrementalHash> _macs;
    private readonly byte[] _scope;

    // The SHA-256 states of the HMAC after its inner and its outer key block (RFC 2104).
    private readonly OpenSslSha256.State _inner;
    private readonly OpenSslSha256.State _outer;

    private readonly bool _usesOpenSsl;

    private SigningKey(byte[] key, DateOnly day, string scope, bool usesOpenSsl)
    {
        _usesOpenSsl = usesOpenSsl;
        _macs = new DefaultObjectPool<IncrementalHash>(new KeyedHashPolicy(key));
        if (_usesOpenSsl)
        {
            _inner = HashKeyBlock(key, InnerPad);
            _outer = HashKeyBlock(key, OuterPad);
        }

        _scope = Encoding.ASCII.GetBytes(scope);
        Day = day;
        Scope = scope;
    }

    /// <summary>The UTC day of the key.</summary>
    public DateOnly Day { get; }

    /// <summary>The credential scope: <c>yyyyMMdd/region/service/aws4_request</c>.</summary>
    public string Scope { get; }

    /// <summary>Derives the key of a day.</summary>
    /// <exception cref="ArgumentException">
    /// The secret is empty, or the region (at most 64 characters) or the service (at most 32) is empty, too long, or contains anything
    /// except ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.
    /// </exception>
    public static SigningKey Derive(string secretKey, DateOnly day, string region, string service = SigV4Names.Service) =>
        Derive(secretKey, day, region, service, OpenSslSha256.IsUsable);

    internal static SigningKey Derive(string secretKey, DateOnly day, string region, string service, bool usesOpenSsl)
    {
        ArgumentException.ThrowIfNullOrEmpty(secretKey);
        RequireRegion(region);
        RequireName(service, MaxServiceLength, nameof(service));

        var date = day.ToString(SigV4Names.DayFormat, CultureInfo.InvariantCulture);
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in (ReadOnlySpan<string>)[date, region, service, SigV4Names.Terminator])
        {
            var next = HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(part));
            CryptographicOperations.ZeroMemory(key);
            key = next;
        }

        return new SigningKey(key, day, $"{date}/{region}/{service}/{SigV4Names.Terminator}", usesOpenSsl);
    }

    /// <summary>Signs a text: the policy of a POST form in base64, or a string to sign.</summary>
    /// <param name="text">The text.</param>
    /// <param name="hexSignature">Receives 64 lower-case hex characters.</param>
    /// <exception cref="ArgumentException"><paramref name="hexSignature"/> is shorter than 64 bytes.</exception>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> hexSignature)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        if (UsesOpenSsl(text))
        {
            OpenSslSha256.Finish(_inner, text, mac);
            OpenSslSha256.Finish(_outer, mac, mac); // Input and output may be the same.
        }
        else
        {
            var hmac = _macs.Get();
            hmac.AppendData(text);
            hmac.GetHashAndReset(mac);
            _macs.Return(hmac);
        }

        WriteHex(mac, hexSignature);
    }

    /// <summary>Signs a request: builds the string to sign from the hash of the canonical request, and signs it.</summary>
    /// <param name="timestamp">The request's time, <c>yyyyMMddTHHmmssZ</c> (16 characters). Its day must be <see cref="Day"/>.</param>
    /// <param name="canonicalRequest">Method, path, query, headers, signed headers and body hash, joined by line feeds.</param>
    /// <param name="hexSignature">Receives 64 lower-case hex characters.</param>
    /// <exception cref="ArgumentException">
    /// The timestamp is not of this key's day or does not have 16 characters, or <paramref name="hexSignature"/> is shorter than 64 bytes.
    /// </exception>
    public void SignRequest(ReadOnlySpan<byte> timestamp, ReadOnlySpan<byte> canonicalRequest, Span<byte> hexSignature)
    {
        if (timestamp.Length != SigV4Names.TimestampLength || !timestamp.StartsWith(_scope.AsSpan(0, 8)))
        {
            throw new ArgumentException("The timestamp is not of the day of this key.", nameof(timestamp));
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        if (UsesOpenSsl(canonicalRequest))
        {
            OpenSslSha256.Finish(OpenSslSha256.Start([]), canonicalRequest, hash);
        }
        else
        {
            var sha256 = _hashOfThisThread ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            sha256.AppendData(canonicalRequest);
            sha256.GetHashAndReset(hash);
        }

        Span<byte> text = stackalloc byte[256]; // 18 + 17 + scope (at most 119) + 1 + 64
        var prefix = "AWS4-HMAC-SHA256\n"u8;
        prefix.CopyTo(text);
        var length = prefix.Length;
        timestamp.CopyTo(text[length..]);
        length += timestamp.Length;
        text[length++] = (byte)'\n';
        _scope.CopyTo(text[length..]);
        length += _scope.Length;
        text[length++] = (byte)'\n';
        WriteHex(hash, text[length..]);
        length += SigV4Names.SignatureLength;

        Sign(text[..length], hexSignature);
    }

    internal static void RequireRegion(string region) => RequireName(region, MaxRegionLength, nameof(region));

    /// <summary>Whether a text can be the region of a credential scope.</summary>
    internal static bool IsRegion(string region) => IsName(region, MaxRegionLength);

    private bool UsesOpenSsl(ReadOnlySpan<byte> data) => _usesOpenSsl && data.Length <= OpenSslSha256.MaxLength;

    private static OpenSslSha256.State HashKeyBlock(ReadOnlySpan<byte> key, byte pad)
    {
        Span<byte> block = stackalloc byte[OpenSslSha256.BlockSize];
        block.Fill(pad);
        for (var i = 0; i < key.Length; i++)
        {
            block[i] ^= key[i];
        }

        var state = OpenSslSha256.Start(block);
        CryptographicOperations.ZeroMemory(block);
        return state;
    }

    private static void WriteHex(ReadOnlySpan<byte> bytes, Span<byte> hex)
    {
        if (!Convert.TryToHexStringLower(bytes, hex, out _))
        {
            throw new ArgumentException("The buffer for the signature must have 64 bytes.", nameof(hex));
        }
    }

    private static void RequireName(string value, int maxLength, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (!IsName(value, maxLength))
        {
            throw new ArgumentException(
                $"It cannot be part of a credential scope: it must have 1 to {maxLength} characters of A-Z a-z 0-9 - _ .",
                parameter);
        }
    }

    private static bool IsName(string value, int maxLength) =>
        value.Length > 0 && value.Length <= maxLength && !value.AsSpan().ContainsAnyExcept(NameCharacters);

    private sealed class KeyedHashPolicy(byte[] key) : PooledObjectPolicy<IncrementalHash>
    {
        public override IncrementalHash Create() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

        public override bool Return(IncrementalHash obj) => true;
    }
}
