using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The last good answer of the chain, saved in the data folder for a start while no node answers. It contains the node's bytes, so that
/// one decoder reads both. It is replaced atomically.
/// </summary>
internal sealed class SnapshotFile(ChainOptions options, SubnetReader reader)
{
    // Enough for the longest message of a node in base64.
    private const long MaxFileBytes = 2L * BoundedWebSocket.MaxMessageBytes;

    /// <summary>The path of the file.</summary>
    internal string FilePath { get; } = Path.Combine(options.DataFolder, "metagraph-snapshot.json");

    /// <summary>Returns the saved answer; null if there is none.</summary>
    /// <exception cref="InvalidDataException">The file is malformed, or of another network or subnet. The message says which.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to read the file.</exception>
    internal SubnetAnswer? Load()
    {
        var file = new FileInfo(FilePath);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > MaxFileBytes)
        {
            throw new InvalidDataException($"it has {file.Length} bytes, more than {MaxFileBytes}");
        }

        try
        {
            var content = JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), SnapshotFileJson.Default.Content)
                ?? throw new InvalidDataException("it contains null");
            return IsOurs(content)
                ? reader.Decode(content.Chain, content.Endpoint, content.Block, content.ReadAt, content.SubnetState)
                : throw new InvalidDataException($"it is for another network, other nodes or another netuid ({content.Netuid})");
        }
        catch (Exception broken) when (broken is JsonException or ChainException)
        {
            throw new InvalidDataException(broken.Message, broken);
        }
    }

    /// <summary>Saves an answer and replaces the one before.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to write the file.</exception>
    internal async Task SaveAsync(SubnetAnswer answer, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataFolder);

        // A unique name, because another process may write into the same folder.
        var unfinished = $"{FilePath}.{Guid.NewGuid():N}.tmp";
        var content = new Content(
            options.Network.Name,
            answer.Endpoint,
            answer.Chain,
            answer.Metagraph.Netuid,
            answer.Metagraph.Block,
            answer.Metagraph.ReadAt,
            answer.State);
        try
        {
            var mode = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.None,
                BufferSize = 0,
                Options = FileOptions.Asynchronous,
            };
            await using (var file = new FileStream(unfinished, mode))
            {
                await JsonSerializer.SerializeAsync(file, content, SnapshotFileJson.Default.Content, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, FilePath, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    // A named network is the same for all of its nodes. Another network is known only by its nodes.
    private bool IsOurs(Content content) =>
        content.Netuid == options.Netuid
        && content.Network == options.Network.Name
        && (options.Network.Name != ChainNetwork.CustomName
            || options.Network.Endpoints.Any(endpoint => endpoint.Fingerprint == content.Endpoint));

    /// <param name="Network">The configured network's name.</param>
    /// <param name="Endpoint">The <see cref="NodeEndpoint.Fingerprint"/> of the node that answered.</param>
    /// <param name="Chain">The chain's own name.</param>
    /// <param name="Netuid">The subnet.</param>
    /// <param name="Block">The block.</param>
    /// <param name="ReadAt">When it was read.</param>
    /// <param name="SubnetState">The node's answer, in base64.</param>
    internal sealed record Content(
        string Network, string Endpoint, string Chain, ushort Netuid, ulong Block, DateTimeOffset ReadAt, ReadOnlyMemory<byte> SubnetState);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SnapshotFile.Content))]
internal sealed partial class SnapshotFileJson : JsonSerializerContext;
