namespace S3Auth.Substrate.Tests;

public sealed class Sr25519SignatureTests
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 64).Select(i => (byte)(i * 5))];

    private static string Hex => Convert.ToHexStringLower(Bytes);

    private static IEnumerable<string> Accepted =>
    [
        Hex, "0x" + Hex, Hex.ToUpperInvariant(), "0x" + Hex.ToUpperInvariant(), "01" + Hex, "0x01" + Hex, "0x01" + Hex.ToUpperInvariant(),
    ];

    private static IEnumerable<string?> Refused =>
    [
        null, "", "0x", "0", Hex[2..], Hex[1..], Hex + "0", Hex + "00", "00" + Hex, "02" + Hex, "0x00" + Hex, "0x02" + Hex, "0101" + Hex,
        "0x0x" + Hex, "0x" + Hex[2..], " " + Hex, Hex + " ", Hex + "\n", "g" + Hex[1..], Hex[..^1] + "Ａ", Hex[..^2] + "0x",
        "0x" + Hex[2..] + "zz", "1x" + Hex, new string('0', 10_000_000),
    ];

    [Test]
    public void TryParseHex_accepts_either_case_with_and_without_prefix_and_tag()
    {
        foreach (var text in Accepted)
        {
            Assert.That(Sr25519Signature.TryParseHex(text, out var signature), Is.True, text);
            Assert.That(signature.ToBytes(), Is.EqualTo(Bytes), text);
        }
    }

    [Test]
    public void TryParseHex_refuses_everything_else()
    {
        foreach (var text in Refused)
        {
            Assert.That(Sr25519Signature.TryParseHex(text, out var signature), Is.False, text?[..Math.Min(text.Length, 200)]);
            Assert.That(signature, Is.Default);
        }
    }

    [Test]
    public void TryParseBase64_accepts_64_bytes_with_and_without_tag()
    {
        foreach (var text in (string[])[Convert.ToBase64String(Bytes), Convert.ToBase64String([1, .. Bytes])])
        {
            Assert.That(Sr25519Signature.TryParseBase64(text, out var signature), Is.True, text);
            Assert.That(signature.ToBytes(), Is.EqualTo(Bytes), text);
        }
    }

    [Test]
    public void TryParseBase64_refuses_everything_else()
    {
        var base64 = Convert.ToBase64String(Bytes);
        string?[] refused =
        [
            null, "", base64[..^1], base64[..^2], base64 + "=", base64 + "\n", " " + base64, base64[..40] + "\t" + base64[40..],
            " " + base64[1..], base64[..^1] + "\n", base64[..40] + " " + base64[41..], Hex, "0x" + Hex,
            Convert.ToBase64String(Bytes[1..]), Convert.ToBase64String([0, .. Bytes]), Convert.ToBase64String([2, .. Bytes]),
            Convert.ToBase64String([1, 1, .. Bytes]), base64.Replace('=', 'A'), "-" + base64[1..], "Ａ" + base64[1..],
            new string('A', 10_000_000),
        ];

        foreach (var text in refused)
        {
            Assert.That(Sr25519Signature.TryParseBase64(text, out var signature), Is.False, text?[..Math.Min(text.Length, 200)]);
            Assert.That(signature, Is.Default);
        }
    }

    [Test]
    public void ToString_is_hex_that_TryParseHex_reads()
    {
        var signature = Sr25519Signature.FromBytes(Bytes);

        Assert.That(signature.ToString(), Is.EqualTo("0x" + Hex));
        Assert.That(Sr25519Signature.TryParseHex(signature.ToString(), out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(signature));
    }

    [TestCase(0)]
    [TestCase(63)]
    [TestCase(65)]
    public void FromBytes_refuses_another_size_by_name(int size) =>
        Assert.That(() => Sr25519Signature.FromBytes(new byte[size]), Throws.ArgumentException.With.Message.Contains($"not {size}"));

    [Test]
    public void CopyTo_refuses_a_short_destination() =>
        Assert.That(() => Sr25519Signature.FromBytes(Bytes).CopyTo(new byte[63]), Throws.ArgumentException);

    [Test]
    public void Equality_depends_on_every_byte()
    {
        var signature = Sr25519Signature.FromBytes(Bytes);
        for (var i = 0; i < Bytes.Length; i++)
        {
            var changed = (byte[])Bytes.Clone();
            changed[i] ^= 0x80;
            var other = Sr25519Signature.FromBytes(changed);

            Assert.That(signature == other, Is.False, $"byte {i}");
            Assert.That(signature != other, Is.True, $"byte {i}");
            Assert.That(signature.GetHashCode(), Is.Not.EqualTo(other.GetHashCode()), $"byte {i}");
        }

        Assert.That(signature == Sr25519Signature.FromBytes(Bytes), Is.True);
        Assert.That(signature.Equals((object)Sr25519Signature.FromBytes(Bytes)), Is.True);
        Assert.That(signature.GetHashCode(), Is.EqualTo(Sr25519Signature.FromBytes(Bytes).GetHashCode()));
    }

    [Test]
    public void TryParseHex_allocates_nothing()
    {
        var text = "0x01" + Hex;

        Assert.That(Allocations.Of(() => _ = Sr25519Signature.TryParseHex(text, out _)), Is.Zero);
    }
}
