namespace S3Auth.Api.Configuration;

/// <summary>The server cannot start with its configuration. The message lists all problems, for the operator.</summary>
/// <param name="problems">One sentence each.</param>
internal sealed class ConfigurationException(IReadOnlyList<string> problems) : Exception(problems is [var problem]
    ? $"S3Auth cannot start: {problem}"
    : $"S3Auth cannot start with this configuration:{string.Concat(problems.Select(problem => $"{Environment.NewLine}  - {problem}"))}");
