namespace S3Auth.Api.Configuration;

/// <summary>The configuration cannot be used. The message lists every problem, for the operator.</summary>
internal sealed class ConfigurationException(IReadOnlyList<string> problems)
    : Exception($"S3Auth cannot start with this configuration:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {problem}"))}");
