using System.Collections.Concurrent;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Cache of the sources of runtimes, by the chain's genesis hash and the runtime's version. Also saves their metadata in the data
/// folder, so that a restart does not load it again. The file's name says how many nodes had to agree about the metadata.
/// </summary>
internal sealed partial class RuntimeCatalog(ChainOptions options, ILogger<RuntimeCatalog> logger)
{
    // A chain has one runtime at a time. The others are previous ones.
    private const int MaxRuntimes = 4;

    private readonly ConcurrentDictionary<(HexBytes Genesis, uint SpecVersion), RuntimeSources> _runtimes = new();

    private string Folder => Path.Combine(options.DataFolder, "runtimes");

    /// <summary>Returns the sources of a runtime if it is known, or if its metadata is in the data folder.</summary>
    internal RuntimeSources? Find(HexBytes genesis, uint specVersion)
    {
        if (_runtimes.TryGetValue((genesis, specVersion), out var known))
        {
            return known;
        }

        var path = PathOf(genesis, specVersion);
        try
        {
            var file = new FileInfo(path);
            if (!file.Exists || file.Length > Substrate.Metadata.RuntimeMetadata.MaxBytes)
            {
                return null;
            }

            var sources = RuntimeSources.Create(new HexBytes(File.ReadAllBytes(path)), specVersion);
            Remember(genesis, specVersion, sources);
            return sources;
        }
        catch (Exception unusable) when (unusable is IOException or UnauthorizedAccessException or ChainException)
        {
            LogUnusable(path, unusable.Message);
            return null;
        }
    }

    /// <summary>Finds the sources of a new runtime, and saves its metadata.</summary>
    /// <param name="genesis">The chain.</param>
    /// <param name="specVersion">The runtime's version.</param>
    /// <param name="metadata">The metadata that the nodes agree about; null if they serve none.</param>
    /// <exception cref="ChainException">The runtime cannot be read; the message names what it lacks.</exception>
    internal RuntimeSources Add(HexBytes genesis, uint specVersion, HexBytes? metadata)
    {
        var sources = RuntimeSources.Create(metadata, specVersion);
        Remember(genesis, specVersion, sources);
        if (metadata is { } bytes)
        {
            Save(PathOf(genesis, specVersion), bytes);
        }

        return sources;
    }

    /// <summary>Forgets a runtime, so that its metadata is loaded again.</summary>
    internal void Forget(HexBytes genesis, uint specVersion)
    {
        if (_runtimes.TryRemove((genesis, specVersion), out _))
        {
            try
            {
                File.Delete(PathOf(genesis, specVersion));
            }
            catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
            {
                LogUnwritable(PathOf(genesis, specVersion), unwritable.Message);
            }
        }
    }

    private void Remember(HexBytes genesis, uint specVersion, RuntimeSources sources)
    {
        foreach (var oldest in _runtimes.Keys.OrderBy(key => key.SpecVersion).SkipLast(MaxRuntimes - 1))
        {
            _runtimes.TryRemove(oldest, out _);
        }

        _runtimes[(genesis, specVersion)] = sources;
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

    private string PathOf(HexBytes genesis, uint specVersion) => Path.Combine(
        Folder,
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Convert.ToHexStringLower(genesis.Bytes.Span)}-{specVersion}-agreed-by-{options.NodesThatAgree}.scale"));

    [LoggerMessage(LogLevel.Warning, "The runtime's metadata in {Path} is not used: {Reason}")]
    private partial void LogUnusable(string path, string reason);

    [LoggerMessage(LogLevel.Debug, "Cannot save the runtime's metadata in {Path}: {Reason}")]
    private partial void LogUnwritable(string path, string reason);
}
