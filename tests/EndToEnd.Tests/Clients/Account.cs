namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Somebody with a key pair.</summary>
internal sealed class Account
{
    private Account(KeyPair keys, byte[]? seed = null)
    {
        Keys = keys;
        Seed = seed;
        Address = keys.AccountId.ToString();
    }

    public string Address { get; }

    /// <summary>What it signs with.</summary>
    public KeyPair Keys { get; }

    /// <summary>What the key is made of; null for a development account.</summary>
    public byte[]? Seed { get; }

    /// <summary>A development account such as <c>//Alice</c>.</summary>
    public static Account Development(string uri) => new(KeyPair.FromUri(uri));

    /// <summary>Somebody nobody has seen before.</summary>
    public static Account New()
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        return new Account(KeyPair.FromSeed(seed), seed);
    }

    /// <summary>The 64 bytes of a signature over the text.</summary>
    public byte[] Sign(string text) => Keys.Sign(Encoding.UTF8.GetBytes(text)).ToBytes();

    /// <summary>The same in hexadecimal, as a miner's software sends it.</summary>
    public string SignHex(string text) => Convert.ToHexStringLower(Sign(text));

    public override string ToString() => Address;
}
