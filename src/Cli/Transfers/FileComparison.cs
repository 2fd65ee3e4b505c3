namespace S3Auth.Cli.Transfers;

/// <summary>How to decide whether a stored file is the same as a local one. A file of another size never is.</summary>
internal enum FileComparison
{
    /// <summary>By MD5 if the ETag is one, otherwise by the time of the last change of any kind.</summary>
    ContentOrChange,

    /// <summary>By time: the local file was not modified after the stored one was uploaded.</summary>
    Time,

    /// <summary>By size only.</summary>
    Size,

    /// <summary>By MD5, also of files that were uploaded in parts; by time if the ETag says nothing about the content.</summary>
    Checksum,
}
