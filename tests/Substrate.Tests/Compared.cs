using System.Collections.Concurrent;

namespace S3Auth.Substrate.Tests;

/// <summary>Verifies with libsodium and with a table, and checks that both decide the same.</summary>
internal static class Compared
{
    private static readonly ConcurrentDictionary<AccountId, Sr25519VerifyingKey> Keys = new();

    public static bool Verify(in AccountId signer, ReadOnlySpan<byte> message, in Sr25519Signature signature)
    {
        var accepted = Sr25519.Verify(signer, message, signature);
        var isKnown = Keys.TryGetValue(signer, out var key);
        key ??= Sr25519VerifyingKey.TryCreate(signer);
        if ((key is not null && key.Verify(message, signature)) != accepted)
        {
            throw new InvalidOperationException(
                $"The verifications of {signature} by {signer} differ: libsodium's is {accepted}.");
        }

        if (accepted && !isKnown && key is not null)
        {
            Keys[signer] = key;
        }

        return accepted;
    }
}
