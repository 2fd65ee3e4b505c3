namespace S3Auth.Client.Uploads;

/// <summary>A file and where to send it.</summary>
/// <param name="File">The file.</param>
internal sealed record GrantedFile(FileToUpload File)
{
    /// <summary>The key of the file.</summary>
    internal string Key { get; init; } = "";

    /// <summary>Where to send the file; null if it is sent in parts or by a folder grant.</summary>
    internal UploadTarget? Target { get; init; }

    internal DateTimeOffset GrantedAt { get; init; }

    /// <summary>When to request another grant instead of using this one.</summary>
    internal DateTimeOffset RenewAt { get; init; }
}
