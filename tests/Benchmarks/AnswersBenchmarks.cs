namespace S3Auth.Benchmarks;

/// <summary>The cost of counting an answer for the page at <c>/</c>.</summary>
[MemoryDiagnoser]
public class AnswersBenchmarks
{
    private readonly RecentAnswers _answers = new(TimeProvider.System);

    [Benchmark]
    public void Granted() => _answers.Granted();

    [Benchmark]
    public void Refused() => _answers.Refused("quota_exceeded");
}
