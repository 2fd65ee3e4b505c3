namespace S3Auth.Cli.Transfers;

/// <summary>The different names that a file system treats as the same.</summary>
[Flags]
internal enum NameFolding
{
    None = 0,

    /// <summary>Letters of different case, as on Windows and macOS.</summary>
    Case = 1,

    /// <summary>Different spellings of one text in Unicode, as on macOS: é as one character, or as e and an accent.</summary>
    Normalization = 2,

    All = Case | Normalization,
}
