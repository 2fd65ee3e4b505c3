using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>The ways to read a subnet from one version of the runtime, the best one first; at least one.</summary>
internal sealed class RuntimeSources
{
    private RuntimeSources(IReadOnlyList<SubnetSource> all) => All = all;

    /// <summary>The sources.</summary>
    internal IReadOnlyList<SubnetSource> All { get; }

    /// <summary>Finds the sources of a runtime.</summary>
    /// <param name="metadata">The runtime's metadata, as bytes; null if the node serves none.</param>
    /// <param name="specVersion">The runtime's version.</param>
    /// <exception cref="ChainException">There is none; the message names what the runtime lacks.</exception>
    internal static RuntimeSources Create(HexBytes? metadata, uint specVersion)
    {
        if (metadata is not { } bytes)
        {
            return new RuntimeSources([new RuntimeApiSource(state: null)]);
        }

        var decoded = Decode(bytes, specVersion);
        if (decoded.Methods.Count == 0)
        {
            // Metadata of version 14 does not describe the functions, so the structure that is known is tried first.
            var reason = $"Runtime {specVersion} has no metadata of version 15.";
            return new RuntimeSources([new RuntimeApiSource(state: null), .. StorageOf(decoded, specVersion, reason, out _)]);
        }

        try
        {
            var state = new SubnetStateCompiler(decoded, specVersion).Compile();
            var reason = $"The answer of runtime {specVersion} is malformed.";
            return new RuntimeSources([new RuntimeApiSource(state), .. StorageOf(decoded, specVersion, reason, out _)]);
        }
        catch (ChainException unsupported) when (unsupported.Failure == ChainFailure.RuntimeUnsupported)
        {
            var storage = StorageOf(decoded, specVersion, unsupported.Message, out var problem);
            return storage.Count > 0
                ? new RuntimeSources(storage)
                : throw new ChainException(ChainFailure.RuntimeUnsupported, $"{unsupported.Message} {problem}");
        }
    }

    private static RuntimeMetadata Decode(HexBytes bytes, uint specVersion)
    {
        try
        {
            return RuntimeMetadata.Decode(bytes.Bytes.Span);
        }
        catch (ScaleException malformed)
        {
            throw new ChainException(
                ChainFailure.Malformed, $"The metadata of runtime {specVersion} is malformed: {malformed.Message}", malformed);
        }
    }

    private static IReadOnlyList<SubnetSource> StorageOf(
        RuntimeMetadata metadata, uint specVersion, string reason, out string? problem)
    {
        try
        {
            problem = null;
            return [new StorageSource(metadata, specVersion, reason)];
        }
        catch (ChainException unsupported)
        {
            problem = unsupported.Message;
            return [];
        }
    }
}
