namespace S3Auth.Benchmarks;

/// <summary>The middle one of several measurements, so that one disturbed measurement has no effect.</summary>
internal static class Median
{
    internal static double Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
