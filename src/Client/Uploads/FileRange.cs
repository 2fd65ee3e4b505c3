namespace S3Auth.Client.Uploads;

/// <summary>A range of a file's bytes: the whole file, or one part.</summary>
/// <param name="Start">The position of the first byte.</param>
/// <param name="Length">The number of bytes.</param>
internal readonly record struct FileRange(long Start, long Length)
{
    internal long End => Start + Length;

    internal static FileRange Whole(FileToUpload file) => new(0, file.Size);
}
