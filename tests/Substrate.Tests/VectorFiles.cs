using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace S3Auth.Substrate.Tests;

internal sealed record KeyVector(string Seed, string Account, string Address);

internal sealed record AddressVector(string Account, string Address);

internal sealed record OtherNetworkVector(int Prefix, string Address);

internal sealed record OtherLengthVector(int Size, string Address);

internal sealed record PhraseVector(string Phrase, string Password, string Entropy, string Account);

internal sealed record UriVector(string Uri, string Account);

internal sealed record Ed25519Vector(int Length, string Account, string Signature);

internal sealed record CompactVector(string Value, string Scale);

internal sealed record SignatureVector(int Length, KeyVector Key, Sr25519Signature Signature)
{
    public AccountId Signer => AccountId.FromBytes(Convert.FromHexString(Key.Account));

    public byte[] Message => VectorFiles.MessageOf(Length);
}

/// <summary>
/// The vectors that Interop/make-vectors.mjs wrote with other implementations. Messages and randomness are not stored, but computed from
/// numbers as in Interop/theirs.mjs.
/// </summary>
internal static class VectorFiles
{
    public static KeyVector[] Keys { get; } = Read<KeyVector>("keys.jsonl");

    public static AddressVector[] Addresses { get; } = Read<AddressVector>("addresses.jsonl");

    public static OtherNetworkVector[] OtherNetworks { get; } = Read<OtherNetworkVector>("other-networks.jsonl");

    public static OtherLengthVector[] OtherLengths { get; } = Read<OtherLengthVector>("other-lengths.jsonl");

    public static PhraseVector[] Phrases { get; } = Read<PhraseVector>("phrases.jsonl");

    public static UriVector[] Uris { get; } = Read<UriVector>("uris.jsonl");

    public static Ed25519Vector[] Ed25519 { get; } = Read<Ed25519Vector>("ed25519.jsonl");

    public static CompactVector[] Compacts { get; } = Read<CompactVector>("compacts.jsonl");

    /// <summary>One vector for every message length from 0 to 10,000.</summary>
    public static SignatureVector[] Signatures { get; } =
    [
        .. Lines("signatures.txt").Select((line, length) => new SignatureVector(
            length, Keys[length % Keys.Length], Sr25519Signature.FromBytes(Convert.FromBase64String(line)))),
    ];

    public static byte[] MessageOf(int length)
    {
        var message = new List<byte>(length + SHA256.HashSizeInBytes);
        for (var block = 0; block * SHA256.HashSizeInBytes < length; block++)
        {
            message.AddRange(BytesOf("message", length, block));
        }

        return [.. message.Take(length)];
    }

    public static byte[] BytesOf(string name, params ReadOnlySpan<int> numbers)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(name));
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (var number in numbers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            hash.AppendData(bytes);
        }

        return hash.GetHashAndReset();
    }

    private static T[] Read<T>(string name) =>
        [.. Lines(name).Select(line => JsonSerializer.Deserialize<T>(line, JsonSerializerOptions.Web)!)];

    private static string[] Lines(string name) => File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Vectors", name));
}
