namespace S3Auth.Cli.Failures;

/// <summary>The phases of a run that a failure can end.</summary>
[Flags]
internal enum RunPhases
{
    /// <summary>The failure affects one file or one owner. The run continues with the others.</summary>
    None = 0,

    Upload = 1,

    Listing = 2,

    Download = 4,
}
