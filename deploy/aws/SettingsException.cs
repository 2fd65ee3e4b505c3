namespace S3Auth.Deploy.Aws;

/// <summary>The settings cannot be used. The message lists every problem.</summary>
public sealed class SettingsException(IReadOnlyList<string> problems)
    : Exception(
        "S3Auth cannot be synthesised with these "
            + $"settings:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {problem}"))}");
