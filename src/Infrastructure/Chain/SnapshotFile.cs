using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The last good answer of the chain, kept in the data folder for a start while no node answers. It holds the answer as the node
/// gave it, so that it is read by the one decoder that there is; replaced whole, so that it is never half of one.
/// </summary>
internal sealed class SnapshotFile(ChainOptions options, SubnetReader reader)
{
    // What a node's longest message makes in base64.
    private const long LongestFile = 2L * BoundedWebSocket.MaxMessageBytes;

    /// <summary>Where it is.</summary>
    internal string FilePath { get; } = Path.Combine(options.DataFolder, "metagraph-snapshot.json");

    /// <summary>The kept answer; null when there is none.</summary>
    /// <exception cref="InvalidDataException">It is of another network or subnet, or no such file; the message says in what.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    internal SubnetAnswer? Load()
    {
        var file = new FileInfo(FilePath);
        if (!file.Exists)
        {
            return null;
        }

        if (file.Length > LongestFile)
        {
            throw new InvalidDataException($"it has {file.Length} bytes");
        }

        try
        {
            var content = JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), SnapshotFileJson.Default.Content)
                ?? throw new InvalidDataException("it holds null");
            return IsOurs(content)
                ? reader.Understand(content.Chain, content.Endpoint, content.Block, content.ReadAt, content.SubnetState)
                : throw new InvalidDataException($"it is of netuid {content.Netuid} on other nodes or another network");
        }
        catch (Exception broken) when (broken is JsonException or ChainException)
        {
            throw new InvalidDataException(broken.Message, broken);
        }
    }

    /// <summary>Keeps an answer in place of the one before.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    internal async Task SaveAsync(SubnetAnswer answer, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataFolder);

        // Whoever else writes into this folder has another name for it.
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
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous))
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

    // A network with a name is the same whichever node answered. Of others only the nodes are known.
    private bool IsOurs(Content content) =>
        content.Netuid == options.Netuid
        && content.Network == options.Network.Name
        && (options.Network.Name != ChainNetwork.CustomName || options.Network.Endpoints.Any(endpoint => endpoint.Fingerprint == content.Endpoint));

    /// <param name="Network">The configured network's name.</param>
    /// <param name="Endpoint">Which node it came from, see <see cref="NodeEndpoint.Fingerprint"/>.</param>
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
