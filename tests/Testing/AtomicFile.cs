using System.Text;

namespace S3Auth.Testing;

/// <summary>Writes files that another thread or process may read at any time.</summary>
public static class AtomicFile
{
    /// <summary>Writes a temporary file and moves it to the path, so that nobody reads a half-written file.</summary>
    /// <param name="path">A path on the file system of the temporary folder. An existing file is replaced.</param>
    /// <param name="content">The content.</param>
    public static void Write(string path, byte[] content)
    {
        var written = Path.GetTempFileName();
        File.WriteAllBytes(written, content);
        File.Move(written, path, overwrite: true);
    }

    /// <inheritdoc cref="Write(string, byte[])"/>
    public static void Write(string path, string content) => Write(path, Encoding.UTF8.GetBytes(content));
}
