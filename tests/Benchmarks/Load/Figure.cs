namespace S3Auth.Benchmarks.Load;

/// <summary>One result of a run: a ratio of two measurements of the same run, or a size.</summary>
/// <param name="Name">What was measured, in words. The name connects the figure with the recorded baseline.</param>
/// <param name="Value">The value.</param>
/// <param name="Goal">The value to reach; null if there is no goal.</param>
/// <param name="IsMoreBetter">Whether a larger value is better.</param>
internal sealed record Figure(string Name, double Value, double? Goal = null, bool IsMoreBetter = false)
{
    /// <summary>The goal in words; empty if there is none.</summary>
    internal string GoalText => Goal is { } goal ? $"{(IsMoreBetter ? "≥" : "≤")} {Text(goal)}" : "";

    internal string ValueText => Text(Value);

    /// <summary>Whether the value meets the goal.</summary>
    internal bool IsReached => Goal is not { } goal || (IsMoreBetter ? Value >= goal : Value <= goal);

    /// <summary>Whether the value is much worse than another one. Less than that is noise on a shared machine.</summary>
    internal bool IsMuchWorseThan(double baseline) => IsMoreBetter ? Value < baseline / Noise : Value > baseline * Noise;

    internal static string Text(double value) => string.Create(CultureInfo.InvariantCulture, $"{value:0.##}");

    private const double Noise = 1.3;
}
