namespace S3Auth.Benchmarks;

/// <summary>What it costs each answer that it is counted for the page at <c>/</c>.</summary>
[MemoryDiagnoser]
public class AnswersBenchmarks
{
    private readonly RecentAnswers _answers = new(TimeProvider.System);

    [Benchmark]
    public void Granted() => _answers.Granted();

    [Benchmark]
    public void Refused() => _answers.Refused("quota_exceeded");
}
