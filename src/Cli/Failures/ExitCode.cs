namespace S3Auth.Cli.Failures;

/// <summary>The exit codes of <c>s3auth</c>.</summary>
internal enum ExitCode
{
    Done = 0,

    /// <summary>A defect of this program.</summary>
    Unexpected = 1,

    /// <summary>An option, a local file or the wallet is wrong.</summary>
    Usage = 2,

    /// <summary>The server or the store refused.</summary>
    Refused = 3,

    /// <summary>Some files succeeded and some failed.</summary>
    PartlyDone = 4,

    /// <summary>The server or the store could not be reached, or its answer is invalid.</summary>
    Unreachable = 5,

    /// <summary>Ctrl-C or SIGTERM ended the run. Completed transfers are kept.</summary>
    Interrupted = 130,

    /// <summary>The reader of stdout ended, as in <c>s3auth ls | head</c>. The exit code of programs that SIGPIPE ends.</summary>
    OutputClosed = 141,
}
