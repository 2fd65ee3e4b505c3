namespace S3Auth.Cli.Output;

/// <summary>What a run would do with a file, or a file that the run does not touch.</summary>
internal sealed record PlannedRecord(string Type, string Status, string Path, string Key, long Size);
