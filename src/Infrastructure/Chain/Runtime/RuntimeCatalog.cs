using System.Collections.Concurrent;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Cache of the sources of runtimes. Also saves their metadata in the data folder, so that a restart does not load it again.
/// </summary>
internal sealed partial class RuntimeCatalog(ChainOptions options, ILogger<RuntimeCatalog> logger)
{
    // A chain has one runtime at a time. The others are previous ones, and the same one as other nodes describe it.
    private const int MaxRuntimes = 8;

    private readonly ConcurrentDictionary<RuntimeKey, RuntimeSources> _runtimes = new();

    private string Folder => Path.Combine(options.DataFolder, "runtimes");

    /// <summary>Returns the sources of a runtime if it is known, or if its metadata is in the data folder.</summary>
    internal RuntimeSources? Find(RuntimeKey runtime)
    {
        if (_runtimes.TryGetValue(runtime, out var known))
        {
            return known;
        }

        var path = PathOf(runtime);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > Substrate.Metadata.RuntimeMetadata.MaxBytes)
            {
                return null;
            }

            var sources = RuntimeSources.Create(new HexBytes(File.ReadAllBytes(path)), runtime.SpecVersion);
            Remember(runtime, sources);
            return sources;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ChainException)
        {
            LogUnusable(path, unusable.Message);
            return null;
        }
    }

    /// <summary>Finds the sources of a new runtime, and saves its metadata.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="metadata">The metadata that the nodes agree about; null if they serve none.</param>
    /// <exception cref="ChainException">The runtime cannot be read; the message names what it lacks.</exception>
    internal RuntimeSources Add(RuntimeKey runtime, HexBytes? metadata)
    {
        var sources = RuntimeSources.Create(metadata, runtime.SpecVersion);
        Remember(runtime, sources);
        if (metadata is { } bytes)
        {
            Save(PathOf(runtime), bytes);
        }

        return sources;
    }

    /// <summary>Forgets a runtime, so that its metadata is loaded again.</summary>
    internal void Forget(RuntimeKey runtime)
    {
        if (_runtimes.TryRemove(runtime, out _))
        {
            try
            {
                File.Delete(PathOf(runtime));
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                LogUnwritable(PathOf(runtime), unwritable.Message);
            }
        }
    }

    private void Remember(RuntimeKey runtime, RuntimeSources sources)
    {
        foreach (var oldest in _runtimes.Keys.OrderBy(key => key.SpecVersion).SkipLast(MaxRuntimes - 1))
        {
            _runtimes.TryRemove(oldest, out _);
        }

        _runtimes[runtime] = sources;
    }

    // A folder that cannot be written to is no failure, because the metadata can be loaded again. Saving the snapshot logs a warning.
    private void Save(string path, HexBytes metadata)
    {
        try
        {
            Directory.CreateDirectory(Folder);
            var unfinished = $"{path}.{Guid.NewGuid():N}.tmp";
            try
            {
                File.WriteAllBytes(unfinished, metadata.Bytes.Span);
                File.Move(unfinished, path, overwrite: true);
            }
            catch
            {
                File.Delete(unfinished);
                throw;
            }

            foreach (var old in new DirectoryInfo(Folder).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc).Skip(MaxRuntimes))
            {
                old.Delete();
            }
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            LogUnwritable(path, unwritable.Message);
        }
    }

    private string PathOf(RuntimeKey runtime) => Path.Combine(Folder, $"{runtime}.scale");

    [LoggerMessage(LogLevel.Warning, "The runtime's metadata in {Path} is not used: {Reason}")]
    private partial void LogUnusable(string path, string reason);

    [LoggerMessage(LogLevel.Debug, "Cannot save the runtime's metadata in {Path}: {Reason}")]
    private partial void LogUnwritable(string path, string reason);
}

/// <summary>A runtime as some nodes describe it.</summary>
/// <param name="Genesis">The chain.</param>
/// <param name="SpecVersion">The runtime's version.</param>
/// <param name="Origin">
/// Who described it: the node, or how many nodes had to agree. Metadata of one node must not decide how the answers of others are read.
/// </param>
internal sealed record RuntimeKey(HexBytes Genesis, uint SpecVersion, string Origin)
{
    // Enough to tell the configured nodes apart.
    private const int OriginDigits = 16;

    /// <summary>Names the origin of metadata that these nodes agree about.</summary>
    internal static string OriginOf(IReadOnlyList<NodeMember> nodes, int nodesThatAgree) => nodesThatAgree == 1
        ? $"node-{nodes[0].Endpoint.Fingerprint[..OriginDigits]}"
        : string.Create(CultureInfo.InvariantCulture, $"agreed-by-{nodesThatAgree}");

    /// <summary>A file's name, without extension.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(Genesis.Bytes.Span)}-{SpecVersion}-{Origin}");
}
