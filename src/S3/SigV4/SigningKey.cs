using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.ObjectPool;

namespace S3Auth.S3;

/// <summary>
/// The key that signs for one secret, one UTC day, one region and one service: HMAC-SHA256 over day, region, service
/// and <c>aws4_request</c> in turn, beginning with <c>"AWS4" + secret</c>. 32 bytes; immutable; safe to share between threads.
/// Specification: "Signature Calculations", Amazon S3 API Reference. Nothing here prints the key.
/// </summary>
public sealed class SigningKey
{
    private const int MaxRegionLength = 64;
    private const int MaxServiceLength = 32;

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // To begin anew with a key costs as much as to hash a policy: those that have begun with this one are kept.
    private readonly DefaultObjectPool<IncrementalHash> _macs;
    private readonly byte[] _scope;

    private SigningKey(byte[] key, DateOnly day, string scope)
    {
        _macs = new DefaultObjectPool<IncrementalHash>(new Begun(key));
        _scope = Encoding.ASCII.GetBytes(scope);
        Day = day;
        Scope = scope;
    }

    /// <summary>The UTC day this key signs for.</summary>
    public DateOnly Day { get; }

    /// <summary>The credential's scope, <c>yyyyMMdd/region/service/aws4_request</c>.</summary>
    public string Scope { get; }

    /// <summary>Derives the key of a day.</summary>
    /// <exception cref="ArgumentException">The secret is empty, or region or service are empty, too long (64, 32) or hold
    /// anything but ASCII letters, digits, <c>-</c>, <c>_</c> and <c>.</c>.</exception>
    public static SigningKey Derive(string secretKey, DateOnly day, string region, string service = SigV4Names.Service)
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

        return new SigningKey(key, day, $"{date}/{region}/{service}/{SigV4Names.Terminator}");
    }

    /// <summary>Signs a text as it stands: a POST form's policy in base64, or a ready string to sign.</summary>
    /// <param name="text">What is signed.</param>
    /// <param name="hexSignature">Receives 64 lower-case hex characters.</param>
    /// <exception cref="ArgumentException"><paramref name="hexSignature"/> is shorter than 64 bytes.</exception>
    public void Sign(ReadOnlySpan<byte> text, Span<byte> hexSignature)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        var hmac = _macs.Get();
        hmac.AppendData(text);
        hmac.GetHashAndReset(mac);
        _macs.Return(hmac);
        WriteHex(mac, hexSignature);
    }

    /// <summary>Signs a request: wraps the hash of its canonical form into the string to sign and signs that.</summary>
    /// <param name="timestamp">The request's time, 16 characters, <c>yyyyMMddTHHmmssZ</c>. Its day must be <see cref="Day"/>.</param>
    /// <param name="canonicalRequest">Method, path, query, headers, signed headers and body hash, joined by line feeds.</param>
    /// <param name="hexSignature">Receives 64 lower-case hex characters.</param>
    /// <exception cref="ArgumentException">The timestamp does not begin with this key's day or is not 16 long, or
    /// <paramref name="hexSignature"/> is shorter than 64 bytes.</exception>
    public void SignRequest(ReadOnlySpan<byte> timestamp, ReadOnlySpan<byte> canonicalRequest, Span<byte> hexSignature)
    {
        if (timestamp.Length != 16 || !timestamp.StartsWith(_scope.AsSpan(0, 8)))
        {
            throw new ArgumentException("The timestamp is not of the day this key signs for.", nameof(timestamp));
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonicalRequest, hash);

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

    private static void WriteHex(ReadOnlySpan<byte> bytes, Span<byte> hex)
    {
        if (!Convert.TryToHexStringLower(bytes, hex, out _))
        {
            throw new ArgumentException("A signature needs 64 bytes of room.", nameof(hex));
        }
    }

    private static void RequireName(string value, int maxLength, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(value, parameter);
        if (value.Length > maxLength || value.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new ArgumentException(
                $"Not a name that can stand in a credential's scope (1..{maxLength} of A-Z a-z 0-9 - _ .).",
                parameter);
        }
    }

    private sealed class Begun(byte[] key) : PooledObjectPolicy<IncrementalHash>
    {
        public override IncrementalHash Create() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);

        public override bool Return(IncrementalHash obj) => true;
    }
}
