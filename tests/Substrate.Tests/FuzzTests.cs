using System.Text;

namespace S3Auth.Substrate.Tests;

/// <summary>Checks that damaged addresses, signatures and SCALE are refused with the documented exception or result.</summary>
public sealed class FuzzTests
{
    private const int Seed = 4711;
    private const int Rounds = 20_000;

    [Test]
    public void Damaged_addresses_are_refused_or_are_the_same_account()
    {
        var random = new Random(Seed);
        var accepted = 0;
        for (var round = 0; round < Rounds * Fuzz.Factor; round++)
        {
            var bytes = new byte[AccountId.Size];
            random.NextBytes(bytes);
            var id = AccountId.FromBytes(bytes);
            var text = Encoding.Latin1.GetString(Fuzz.Damage(random, Encoding.ASCII.GetBytes(id.ToString())));
            if (Ss58.TryDecode(text, out var read, out _))
            {
                // The damage undid itself, or the 16-bit checksum matches by chance. Then the text must be the canonical text of the
                // account.
                Assert.That(read.ToString(), Is.EqualTo(text), $"seed {Seed}, round {round}");
                accepted += read == id ? 0 : 1;
            }
        }

        Assert.That(accepted, Is.LessThan(10 + (Rounds * Fuzz.Factor / 20_000)), "one of 65,536 matches the checksum by chance");
        Figures.Print("Fuzz", $"{Rounds * Fuzz.Factor} damaged addresses, {accepted} with a checksum that was hit");
    }

    [Test]
    public void Damaged_signatures_are_refused_or_have_their_bytes()
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds * Fuzz.Factor; round++)
        {
            var bytes = new byte[Sr25519Signature.Size];
            random.NextBytes(bytes);
            var whole = round % 2 == 0 ? Convert.ToHexString(bytes) : Convert.ToBase64String(bytes);
            var text = Encoding.Latin1.GetString(Fuzz.Damage(random, Encoding.ASCII.GetBytes(whole)));

            Assert.That(
                Sr25519Signature.TryParseHex(text, out _) && Sr25519Signature.TryParseBase64(text, out _), Is.False,
                $"seed {Seed}, round {round}: {text}");
        }
    }

    [Test]
    public void Damaged_scale_is_refused_by_the_one_exception_and_read_within_its_bytes()
    {
        var random = new Random(Seed);
        for (var round = 0; round < Rounds * Fuzz.Factor; round++)
        {
            var bytes = new byte[random.Next(40)];
            random.NextBytes(bytes);
            Read(Fuzz.Damage(random, bytes), random, round);
        }
    }

    private static void Read(byte[] bytes, Random random, int round)
    {
        var reader = new ScaleReader(bytes);
        try
        {
            while (reader.Remaining > 0)
            {
                switch (random.Next(4))
                {
                    case 0:
                        reader.ReadCompact();
                        break;
                    case 1:
                        reader.ReadBool();
                        break;
                    case 2:
                        reader.ReadOption();
                        break;
                    default:
                        reader.ReadBytes(random.Next(8));
                        break;
                }

                Assert.That(reader.Offset, Is.LessThanOrEqualTo(bytes.Length), $"seed {Seed}, round {round}");
                if (random.Next(16) == 0)
                {
                    return;
                }
            }
        }
        catch (ScaleException)
        {
            // Refused.
        }
    }
}
