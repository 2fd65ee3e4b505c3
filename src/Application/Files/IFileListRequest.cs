namespace S3Auth.Application.Files;

/// <summary>Which files of some folders a request wants to see.</summary>
internal interface IFileListRequest
{
    /// <summary>Only files whose keys begin with this.</summary>
    string? Prefix { get; }

    /// <summary>How many in one page.</summary>
    long? Limit { get; }

    /// <summary>Where an earlier page ended.</summary>
    string? Cursor { get; }
}
