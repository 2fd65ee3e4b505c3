namespace S3Auth.EndToEnd.Tests.Clients;

/// <summary>Files on disk for another program to upload.</summary>
internal sealed class UploadFiles : IDisposable
{
    private readonly ScratchFolder _folder = new("upload");

    private UploadFiles()
    {
    }

    /// <summary>The local path of each file, by its path in the target folder.</summary>
    public Dictionary<string, string> Paths { get; } = new(StringComparer.Ordinal);

    /// <summary>The content of each file.</summary>
    public Dictionary<string, byte[]> Contents { get; } = new(StringComparer.Ordinal);

    /// <summary>Writes a file of random bytes for each path.</summary>
    public static async Task<UploadFiles> WriteAsync(params string[] paths)
    {
        var files = new UploadFiles();
        foreach (var path in paths)
        {
            var content = new byte[50_000 + files.Paths.Count];
            Random.Shared.NextBytes(content);
            files.Contents[path] = content;
            files.Paths[path] = Path.Combine(files._folder.Path, $"{files.Paths.Count}.bin");
            await File.WriteAllBytesAsync(files.Paths[path], content);
        }

        return files;
    }

    public void Dispose() => _folder.Dispose();
}
