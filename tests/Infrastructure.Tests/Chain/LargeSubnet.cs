using System.Buffers.Binary;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>The neurons of the large answers, by the formulas of Answers/make-answers.mjs.</summary>
internal static class LargeSubnet
{
    internal static Neuron Neuron(int uid, int count) => new(
        (ushort)uid,
        AccountId.FromBytes(Sha256(FormattableString.Invariant($"hotkey {uid}"))),
        AccountId.FromBytes(Sha256(FormattableString.Invariant($"coldkey {uid % (count / 4)}"))),
        ValidatorPermit: uid % 16 == 0,
        new AlphaAmount(
            BinaryPrimitives.ReadUInt64LittleEndian(Sha256(FormattableString.Invariant($"alpha_stake {uid}"))) >> (63 - (uid % 64))),
        Active: uid % 3 == 0);

    private static byte[] Sha256(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
