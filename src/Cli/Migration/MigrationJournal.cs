using System.Text.Json;

namespace S3Auth.Cli.Migration;

/// <summary>
/// Remembers which version of a Hub's file was stored under which key, one JSON line per file. The store's ETag cannot be compared with the
/// Hub's hashes, and a file that changed on the Hub may have the same size.
/// </summary>
internal sealed class MigrationJournal : IDisposable
{
    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);
    private readonly StreamWriter _writer;
    private readonly Lock _gate = new();

    /// <param name="path">The file of the journal. Created if it does not exist.</param>
    internal MigrationJournal(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            if (TryRead(line, out var entry))
            {
                _stored[entry.Key] = entry.Id;
            }
        }

        _writer = new StreamWriter(path, append: true, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));

        // An earlier process may have ended in the middle of a line.
        _writer.WriteLine();
        _writer.Flush();
    }

    /// <summary>Returns the path of the journal of one dataset, server and hotkey.</summary>
    internal static string PathOf(Uri server, string hotkey, HubDataset dataset)
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\n{hotkey}\n{dataset}")).AsSpan(0, 8));
        return Path.Combine(state, "s3auth", "migrations", $"{dataset.Name.Replace('/', '_')}-{name}.jsonl");
    }

    /// <summary>Returns the id of the file that was stored under a key; null if this machine did not store it.</summary>
    internal string? Find(string key)
    {
        lock (_gate)
        {
            return _stored.GetValueOrDefault(key);
        }
    }

    /// <summary>Records that a file was stored under a key.</summary>
    internal void Add(string key, string id)
    {
        lock (_gate)
        {
            _stored[key] = id;
            _writer.WriteLine(JsonSerializer.Serialize(new Entry(key, id), MigrationJson.Default.Entry));
            _writer.Flush();
        }
    }

    public void Dispose() => _writer.Dispose();

    private static bool TryRead(string line, out Entry entry)
    {
        entry = new Entry("", "");
        try
        {
            entry = line.Length == 0 ? entry : JsonSerializer.Deserialize(line, MigrationJson.Default.Entry) ?? entry;
            return entry is { Key.Length: > 0, Id.Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal sealed record Entry(string Key, string Id);
}
