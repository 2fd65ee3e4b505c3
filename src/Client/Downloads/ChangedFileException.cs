namespace S3Auth.Client.Downloads;

/// <summary>What the store has or sends is not the file that was listed, and looking it up again did not help.</summary>
public sealed class ChangedFileException(string message) : Exception(message)
{
    /// <summary>Whether looking it up again is out of the question.</summary>
    internal bool IsFinal { get; init; }
}
