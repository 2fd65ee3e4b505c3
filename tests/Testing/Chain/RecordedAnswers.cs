using System.IO.Compression;
using System.Text.Json;

namespace S3Auth.Testing.Chain;

/// <summary>The answers that Answers/make-answers.mjs encoded with @polkadot/types.</summary>
public static class RecordedAnswers
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Chain", "Answers");

    /// <summary>The small ones.</summary>
    public static IReadOnlyDictionary<string, RecordedAnswer> All { get; } = File.ReadLines(Path.Combine(Folder, "answers.jsonl"))
        .Select(line => JsonSerializer.Deserialize<RecordedAnswer>(line, JsonSerializerOptions.Web)!)
        .ToDictionary(answer => answer.Name, StringComparer.Ordinal);

    /// <summary>The SCALE of a small one.</summary>
    public static byte[] State(string name) => All[name].Bytes;

    /// <summary>The SCALE of the subnet of 1,024 or of 4,096 neurons.</summary>
    public static byte[] LargeState(int neurons)
    {
        using var file = File.OpenRead(Path.Combine(Folder, FormattableString.Invariant($"subnet-{neurons}.scale.gz")));
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }
}
