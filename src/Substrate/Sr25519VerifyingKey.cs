using S3Auth.Substrate.Curve;

namespace S3Auth.Substrate;

//  sr25519 verification with a table of the key's multiples
//
//      Makes the same decisions as Sr25519.Verify, in a third of the time, with the arithmetic of Curve/ instead of libsodium's.
//      All its inputs are public, so it runs in variable time.
//
//  Parameters:
//
//      Table Size - 32 points of 120 bytes, 3.8 KB. The table of the base point, 30 KB, exists once.
//
//      Creating the table and one verification take together as long as Sr25519.Verify.
//
//  The equation is that of Sr25519: s·B − c·A has the encoding R. The table has the multiples of −A, so the left side is a sum.
//
//  Two messages:
//
//      A browser wallet signs a text within <Bytes>…</Bytes>, and nothing in a signature tells which form was signed: c depends on
//      the message only through a hash, and without c, R and s are a random point and a random scalar. So a signature that is not
//      valid for the first form must be tried with the second. This shares the table and s·B: the second sum is the first one minus
//      (c' − c)·A.

/// <summary>
/// The public key of an account with precomputed multiples, which takes 4 KB. Verification allocates nothing; instances are immutable.
/// </summary>
public sealed class Sr25519VerifyingKey
{
    private readonly AccountId _account;
    private readonly MultiplesTable _negative;

    static Sr25519VerifyingKey() => Sr25519SelfTest.RunWithTable();

    private Sr25519VerifyingKey(AccountId account, MultiplesTable negative)
    {
        _account = account;
        _negative = negative;
    }

    /// <summary>Creates the table of an account; <see langword="null"/> if the account is not a valid public key.</summary>
    public static Sr25519VerifyingKey? TryCreate(in AccountId account)
    {
        Span<byte> publicKey = stackalloc byte[Sr25519.PointSize];
        account.CopyTo(publicKey);
        return !Sr25519.IsZero(publicKey) && EdwardsPoint.TryDecode(publicKey, out var point)
            ? new(account, new MultiplesTable(EdwardsPoint.Identity.Subtract(point), MultiplesTable.KeyWidth))
            : null;
    }

    /// <summary>Whether the signature is valid for this account and message, as <see cref="Sr25519.Verify"/> decides.</summary>
    public bool Verify(ReadOnlySpan<byte> message, in Sr25519Signature signature) => VerifyEither(message, message, signature, out _);

    /// <summary>
    /// Whether the signature is valid for this account and one of two messages, as <see cref="Sr25519.Verify"/> decides for each.
    /// </summary>
    /// <param name="first">The bytes that were probably signed.</param>
    /// <param name="second">The other bytes; if they are equal to the first, they are not tried.</param>
    /// <param name="signature">The signature.</param>
    /// <param name="isSecond">Whether the second message was signed.</param>
    public bool VerifyEither(
        ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, in Sr25519Signature signature, out bool isSecond)
    {
        isSecond = false;
        Span<byte> bytes = stackalloc byte[Sr25519Signature.Size];
        if (!Sr25519.TryRead(signature, bytes))
        {
            return false;
        }

        var commitment = bytes[..Sr25519.PointSize];
        var response = bytes[Sr25519.PointSize..];
        Span<byte> publicKey = stackalloc byte[Sr25519.PointSize];
        _account.CopyTo(publicKey);

        Span<byte> challenge = stackalloc byte[Sr25519.ScalarSize];
        Sr25519.Challenge(first, publicKey, commitment, challenge);
        var result = _negative.MultiplyAdd(challenge, response);
        if (IsCommitment(result, challenge, commitment))
        {
            return true;
        }

        if (second.SequenceEqual(first))
        {
            return false;
        }

        Span<byte> other = stackalloc byte[Sr25519.ScalarSize];
        Span<byte> difference = stackalloc byte[Sr25519.ScalarSize];
        Sr25519.Challenge(second, publicKey, commitment, other);
        Sodium.SubtractScalars(difference, other, challenge);
        isSecond = IsCommitment(result.Add(_negative.Multiply(difference)), other, commitment);
        return isSecond;
    }

    /// <summary>Whether the result of the equation is the commitment of the signature.</summary>
    /// <remarks>
    /// Rejects a challenge of zero as <see cref="Sr25519.Verify"/> does, where the product would be the identity. The comparison is with
    /// the canonical encoding, so it also rejects a commitment that is not canonical.
    /// </remarks>
    internal static bool IsCommitment(in EdwardsPoint result, ReadOnlySpan<byte> challenge, ReadOnlySpan<byte> commitment)
    {
        if (Sr25519.IsZero(challenge) || !result.MayEncodeTo(commitment))
        {
            return false;
        }

        Span<byte> encoding = stackalloc byte[Sr25519.PointSize];
        result.Encode(encoding);
        return encoding.SequenceEqual(commitment);
    }
}
