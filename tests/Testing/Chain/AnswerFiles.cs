using System.IO.Compression;
using System.Text.Json;

namespace S3Auth.Testing.Chain;

/// <summary>The files of the folder Answers.</summary>
internal static class AnswerFiles
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Chain", "Answers");

    /// <summary>The lines of a file of JSON lines, whose names are in snake case.</summary>
    internal static IReadOnlyList<T> Lines<T>(string name) =>
        [.. File.ReadLines(Path.Combine(Folder, name)).Select(line => JsonSerializer.Deserialize<T>(line, Json)!)];

    /// <summary>The value of a JSON file, whose names are in snake case.</summary>
    internal static T Read<T>(string name) => JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(Folder, name)), Json)!;

    /// <summary>The content of a gzip file.</summary>
    internal static byte[] Unpack(string name)
    {
        using var file = File.OpenRead(Path.Combine(Folder, name));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };
}
