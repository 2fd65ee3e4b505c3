using System.Text.Json.Serialization;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// The last metagraph, saved in the data folder so that the server can start while no node answers. The neurons have the format of
/// <see cref="MetagraphFile"/>. Each save replaces the file atomically.
/// </summary>
internal sealed class SnapshotFile(ChainOptions options)
{
    private const int Version = 2;
    private const int HashDigits = 64;

    // A neuron has 250 bytes, and a subnet has at most 65,536.
    private const long MaxFileBytes = 32 * 1024 * 1024;

    /// <summary>The path of the file.</summary>
    internal string FilePath { get; } = Path.Combine(options.DataFolder, "metagraph-snapshot.json");

    /// <summary>Returns the saved metagraph; null if there is none.</summary>
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
            var json = File.ReadAllBytes(FilePath);
            var content = LegacySnapshot.TryUpgrade(json)
                ?? JsonSerializer.Deserialize(json, SnapshotFileJson.Default.Content)
                ?? throw new InvalidDataException("it contains null");
            return content.Version != Version ? throw new InvalidDataException($"it has version {content.Version}, not {Version}")
                : content.NodesThatAgreed < options.NodesThatAgree ? throw new InvalidDataException(
                    $"NODES_THAT_AGREE was {content.NodesThatAgreed} when it was saved, and is {options.NodesThatAgree} now")
                : content.Genesis is { } genesis && !IsHash(genesis) ? throw new InvalidDataException("its genesis is not a block's hash")
                : IsOurs(content) ? ToAnswer(content)
                : throw new InvalidDataException($"it is for another network, other nodes or another netuid ({content.Netuid})");
        }
        catch (Exception broken) when (broken is JsonException or ChainException or ArgumentException)
        {
            throw new InvalidDataException(broken.Message, broken);
        }
    }

    /// <summary>Saves an answer, which replaces the previous one.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no permission to write the file.</exception>
    internal async Task SaveAsync(SubnetAnswer answer, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataFolder);

        // A unique name, because another process may write into the same folder.
        var unfinished = $"{FilePath}.{Guid.NewGuid():N}.tmp";
        var content = new Content(
            Version,
            options.Network.Name,
            answer.Endpoint,
            answer.Chain.Genesis,
            answer.Chain.Name,
            answer.Metagraph.Netuid,
            answer.SpecVersion,
            answer.Metagraph.Block,
            answer.BlockTime,
            answer.Metagraph.ReadAt,
            [.. answer.Metagraph.Neurons.OrderBy(neuron => neuron.Uid).Select(MetagraphFile.ToRow)],
            options.NodesThatAgree);
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

    // Before the first reading, the name identifies a public network, and the nodes identify a custom one. The first reading compares the
    // genesis hash.
    private bool IsOurs(Content content) =>
        content.Netuid == options.Netuid
        && content.Network == options.Network.Name
        && (options.Network.Name != ChainNetwork.CustomName
            || options.Network.Endpoints.Any(endpoint => endpoint.Fingerprint == content.Endpoint));

    private static bool IsHash(string text) =>
        text is ['0', 'x', .. var digits] && digits.Length == HashDigits && digits.All(char.IsAsciiHexDigitLower);

    private SubnetAnswer ToAnswer(Content content) => new(
        new Metagraph(
            options.Network.NameFor(content.Chain),
            content.Netuid,
            content.Block,
            content.ReadAt,
            [.. content.Neurons.Select(MetagraphFile.ToNeuron)]),
        new ChainIdentity(content.Genesis, content.Chain),
        content.BlockTime,
        content.SpecVersion,
        content.Endpoint);

    /// <param name="Version">The version of this format.</param>
    /// <param name="Network">The configured network's name.</param>
    /// <param name="Endpoint">The <see cref="NodeEndpoint.Fingerprint"/> of the node that answered.</param>
    /// <param name="Genesis">The hash of the chain's first block; null in a file of an older server.</param>
    /// <param name="Chain">The chain's own name.</param>
    /// <param name="Netuid">The subnet.</param>
    /// <param name="SpecVersion">The version of the runtime; null in a file of an older server.</param>
    /// <param name="Block">The block.</param>
    /// <param name="BlockTime">The block's own time.</param>
    /// <param name="ReadAt">When it was read.</param>
    /// <param name="Neurons">The neurons, by uid.</param>
    /// <param name="NodesThatAgreed">How many nodes had to agree about it.</param>
    internal sealed record Content(
        int Version,
        string Network,
        string Endpoint,
        string? Genesis,
        string Chain,
        ushort Netuid,
        uint? SpecVersion,
        ulong Block,
        DateTimeOffset BlockTime,
        DateTimeOffset ReadAt,
        IReadOnlyList<MetagraphFile.Row> Neurons,
        int NodesThatAgreed);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    AllowDuplicateProperties = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(SnapshotFile.Content))]
[JsonSerializable(typeof(LegacySnapshot.Content), TypeInfoPropertyName = "LegacySnapshotContent")]
internal sealed partial class SnapshotFileJson : JsonSerializerContext;
