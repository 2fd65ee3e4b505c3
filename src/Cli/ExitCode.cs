namespace S3Auth.Cli;

/// <summary>What the process ends with, as <c>s3auth --help</c> tells it.</summary>
internal enum ExitCode
{
    Done = 0,

    /// <summary>Something that is not foreseen: a defect.</summary>
    Unexpected = 1,

    /// <summary>The command line, a file it names, or the identity is wrong.</summary>
    Usage = 2,

    /// <summary>The server or the store refused.</summary>
    Refused = 3,

    /// <summary>Some files are done and some are not.</summary>
    PartlyDone = 4,

    /// <summary>The server or the store cannot be reached, or does not answer as one.</summary>
    Unreachable = 5,

    /// <summary>Stopped by Ctrl-C; what was done stays done.</summary>
    Interrupted = 130,
}
