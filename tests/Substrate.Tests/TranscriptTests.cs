namespace S3Auth.Substrate.Tests;

public sealed class TranscriptTests
{
    [Test]
    public void Permute_gives_the_published_state_after_zeros()
    {
        // The Keccak team's KeccakF-1600-IntermediateValues: the first lanes after one and after two permutations.
        var state = new ulong[Keccak.Lanes];

        Keccak.Permute(state);
        Assert.That(state[..5], Is.EqualTo((ulong[])
            [0xF1258F7940E1DDE7, 0x84D5CCF933C0478A, 0xD598261EA65AA9EE, 0xBD1547306F80494D, 0x8B284E056253D057]));
        Assert.That(state[24], Is.EqualTo(0xEAF1FF7B5CECA249));

        Keccak.Permute(state);
        Assert.That(state[0], Is.EqualTo(0x2D5C954DF96ECB3C));
    }

    [Test]
    public void Challenge_gives_what_Merlin_publishes()
    {
        // merlin/src/transcript.rs, equivalence_simple.
        var transcript = new MerlinTranscript("test protocol"u8);
        var challenge = new byte[32];

        transcript.Append("some label"u8, "some data"u8);
        transcript.Challenge("challenge"u8, challenge);

        Assert.That(
            Convert.ToHexStringLower(challenge), Is.EqualTo("d5a21972d0d5fe320c0d263fac7fffb8145aa640af6e9bca177c03c7efcf0615"));
    }

    [Test]
    public void Transcript_copies_by_assignment()
    {
        var original = new MerlinTranscript("test"u8);
        var copy = original;
        var (first, second) = (new byte[300], new byte[300]);

        copy.Append("only in"u8, "the copy"u8);
        original.Challenge("challenge"u8, first);
        copy.Challenge("challenge"u8, second);

        Assert.That(first, Is.Not.EqualTo(second));
    }

    [Test]
    public void Witness_depends_on_the_secret_on_the_randomness_and_on_the_transcript()
    {
        var transcript = new MerlinTranscript("test"u8);
        var other = new MerlinTranscript("tess"u8);
        var ones = Enumerable.Repeat((byte)1, 32).ToArray();
        var zeros = new byte[32];

        var witnesses = new[]
        {
            Witness(transcript, zeros, zeros), Witness(transcript, ones, zeros), Witness(transcript, zeros, ones),
            Witness(other, zeros, zeros),
        };

        Assert.That(witnesses, Is.Unique);
        Assert.That(Witness(transcript, zeros, zeros), Is.EqualTo(witnesses[0]));

        static string Witness(MerlinTranscript transcript, byte[] secret, byte[] randomness)
        {
            var witness = new byte[64];
            transcript.Witness("label"u8, secret, randomness, witness);
            return Convert.ToHexString(witness);
        }
    }
}
