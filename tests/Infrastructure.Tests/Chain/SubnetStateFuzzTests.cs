namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>A node's answer that was damaged: refused as what it is, and never with more memory than it has bytes for.</summary>
public sealed class SubnetStateFuzzTests
{
    private const int Seed = 4711;
    private const int Rounds = 5_000;

    // An exception with its message and its stack.
    private const int OfARefusal = 16 * 1024;

    [Test]
    public void Damaged_answers_are_refused_by_two_exceptions_within_bounded_memory()
    {
        var sound = RecordedAnswers.State("subnet");
        var random = new Random(Seed);
        TestChain.DecodeFixed(sound, 46);
        var most = 0L;
        for (var round = 0; round < Rounds * Fuzz.Factor; round++)
        {
            var damaged = Fuzz.Damage(random, sound);
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                TestChain.DecodeFixed(damaged, 46);
            }
            catch (Exception refused) when (refused is ScaleException or ChainException)
            {
                // As it should be.
            }

            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.That(allocated, Is.LessThan(OfARefusal + (200 * damaged.Length)), $"seed {Seed}, round {round}: {damaged.Length} bytes");
            most = Math.Max(most, allocated);
        }

        Figures.Print(
            "Fuzz",
            $"{Rounds * Fuzz.Factor} damaged answers of up to {sound.Length + 15000} bytes; at most {most / 1024.0:F1} KiB ",
            $"allocated for one");
    }
}
