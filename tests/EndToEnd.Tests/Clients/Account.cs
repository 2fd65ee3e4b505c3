namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>An account and its key pair.</summary>
internal sealed class Account
{
    private Account(KeyPair keys, byte[]? seed = null)
    {
        Keys = keys;
        Seed = seed;
        Address = keys.AccountId.ToString();
    }

    public string Address { get; }

    /// <summary>The key pair.</summary>
    public KeyPair Keys { get; }

    /// <summary>The seed of the key pair. Null for a development account.</summary>
    public byte[]? Seed { get; }

    /// <summary>A development account such as <c>//Alice</c>.</summary>
    public static Account Development(string uri) => new(KeyPair.FromUri(uri));

    /// <summary>Creates an account with a random key.</summary>
    public static Account New()
    {
        var seed = RandomNumberGenerator.GetBytes(32);
        return new Account(KeyPair.FromSeed(seed), seed);
    }

    /// <summary>The 64 bytes of a signature over the text.</summary>
    public byte[] Sign(string text) => Keys.Sign(Encoding.UTF8.GetBytes(text)).ToBytes();

    /// <summary>The same signature in hexadecimal, as miners send it.</summary>
    public string SignHex(string text) => Convert.ToHexStringLower(Sign(text));

    public override string ToString() => Address;
}
