using S3Auth.Infrastructure.Chain;
using S3Auth.Infrastructure.Tests.Chain.Nodes;
using S3Auth.Substrate;
using S3Auth.Tests;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>A node's answer that was damaged: refused as what it is, and never with more memory than it has bytes for.</summary>
public sealed class SubnetStateFuzzTests
{
    private const int Seed = 4711;
    private const int Rounds = 5_000;

    // An exception with its message and its stack.
    private const int OfARefusal = 16 * 1024;

    [Test]
    public void Damaged_answers_are_refused_by_the_two_exceptions_and_cost_no_more_than_sound_ones()
    {
        var sound = RecordedAnswers.State("subnet");
        var random = new Random(Seed);
        SubnetState.Decode(sound, 46);
        var most = 0L;
        for (var round = 0; round < Rounds * Fuzz.Factor; round++)
        {
            var damaged = Fuzz.Damage(random, sound);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                SubnetState.Decode(damaged, 46);
            }
            catch (Exception refused) when (refused is ScaleException or ChainException)
            {
                // As it should be.
            }

            most = Math.Max(most, (GC.GetAllocatedBytesForCurrentThread() - before - OfARefusal) / Math.Max(1, damaged.Length));
        }

        Assert.That(most, Is.LessThan(200), "bytes allocated for each byte of the answer");
        Figures.Print("Fuzz", $"{Rounds * Fuzz.Factor} damaged answers of a node, at most {most} bytes allocated for each of theirs, their refusal aside");
    }
}
