namespace S3Auth.Cli.Failures;

/// <summary>The program that reads stdout has ended. The run ends without a message.</summary>
internal sealed class OutputClosedException() : Exception("The reader of stdout has ended.");
