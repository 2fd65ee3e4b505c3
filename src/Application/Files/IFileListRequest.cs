namespace S3Auth.Application.Files;

/// <summary>The members of a request for a file list.</summary>
internal interface IFileListRequest
{
    /// <summary>The prefix of the keys; null for all files.</summary>
    string? Prefix { get; }

    /// <summary>The maximum number of files in a page; null for the default.</summary>
    long? Limit { get; }

    /// <summary>The cursor of an earlier page; null for the first page.</summary>
    string? Cursor { get; }
}
