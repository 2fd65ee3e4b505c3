using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using S3Auth.Substrate;

namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Somebody with a key pair.</summary>
internal sealed class Account(KeyPair keys)
{
    public string Address { get; } = keys.Account.ToString();

    /// <summary>A development account such as <c>//Alice</c>.</summary>
    public static Account Development(string uri) => new(KeyPair.FromUri(uri));

    /// <summary>Somebody nobody knows.</summary>
    public static Account Stranger() => new(KeyPair.FromSeed(RandomNumberGenerator.GetBytes(32)));

    /// <summary>The 64 bytes of a signature over the text, as a miner's software makes it.</summary>
    public byte[] Sign(string text) => keys.Sign(Encoding.UTF8.GetBytes(text)).ToBytes();

    /// <summary>The same in hexadecimal.</summary>
    public string SignHex(string text) => Convert.ToHexStringLower(Sign(text));

    /// <summary>This account's address as another network of the same chain family writes it.</summary>
    public string AddressWithPrefix(byte prefix)
    {
        ReadOnlySpan<byte> id = keys.Account.ToBytes();
        return Base58Check.Encode(prefix, id);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Address}");
}
