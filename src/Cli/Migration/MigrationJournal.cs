using System.Text.Json;

namespace S3Auth.Cli.Migration;

/// <summary>
/// Which bytes were stored under which key, a line each: a store's ETag does not tell what the Hub's hashes tell, and a file that
/// changed on the Hub may have the same size.
/// </summary>
internal sealed class MigrationJournal : IDisposable
{
    private readonly Dictionary<string, string> _stored = new(StringComparer.Ordinal);
    private readonly StreamWriter _writer;
    private readonly Lock _gate = new();

    /// <param name="path">Its file; made when it is not there.</param>
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

        // An earlier line may have been cut off by the end of its process.
        _writer.WriteLine();
        _writer.Flush();
    }

    /// <summary>Where the journal of one dataset into one folder lies.</summary>
    internal static string PathOf(Uri server, string hotkey, HubDataset dataset)
    {
        var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME") is { Length: > 0 } given
            ? given
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state");
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server}\n{hotkey}\n{dataset}")).AsSpan(0, 8));
        return Path.Combine(state, "s3auth", "migrations", $"{dataset.Name.Replace('/', '_')}-{name}.jsonl");
    }

    /// <summary>What was stored under a key; null when this machine did not store it.</summary>
    internal string? Find(string key)
    {
        lock (_gate)
        {
            return _stored.GetValueOrDefault(key);
        }
    }

    internal void Add(string key, string id)
    {
        lock (_gate)
        {
            _stored[key] = id;
            _writer.WriteLine(JsonSerializer.Serialize(new Entry(key, id)));
            _writer.Flush();
        }
    }

    public void Dispose() => _writer.Dispose();

    private static bool TryRead(string line, out Entry entry)
    {
        entry = new Entry("", "");
        try
        {
            entry = line.Length == 0 ? entry : JsonSerializer.Deserialize<Entry>(line) ?? entry;
            return entry is { Key.Length: > 0, Id.Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private sealed record Entry(string Key, string Id);
}
