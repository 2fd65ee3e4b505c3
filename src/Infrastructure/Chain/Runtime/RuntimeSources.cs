using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>The ways to read a subnet from one version of the runtime, the best one first; at least one.</summary>
internal sealed class RuntimeSources
{
    private RuntimeSources(IReadOnlyList<SubnetSource> all, string? storageProblem = null)
    {
        All = all;
        StorageProblem = storageProblem;
    }

    /// <summary>The sources, the best one first.</summary>
    internal IReadOnlyList<SubnetSource> All { get; }

    /// <summary>Why the server cannot read the storage, for the message if no source works; null if it can, or without metadata.</summary>
    internal string? StorageProblem { get; }

    /// <summary>Finds the sources of a runtime.</summary>
    /// <param name="metadata">The runtime's metadata, as bytes; null if the node serves none.</param>
    /// <param name="specVersion">The runtime's version.</param>
    /// <exception cref="ChainException">
    /// The metadata is malformed, or the runtime has no source; the message names what it lacks.
    /// </exception>
    internal static RuntimeSources Create(HexBytes? metadata, uint specVersion)
    {
        if (metadata is not { } bytes)
        {
            return new RuntimeSources([new RuntimeApiSource(FixedSubnetState.Compiled)]);
        }

        var decoded = Decode(bytes, specVersion);
        if (decoded.Methods.Count == 0)
        {
            // Metadata of version 14 does not describe the functions, so the fixed structure comes first.
            return WithStorage(new RuntimeApiSource(FixedSubnetState.Compiled), $"Runtime {specVersion} has no metadata of version 15.");
        }

        CompiledSubnetState state;
        try
        {
            state = new SubnetStateCompiler(decoded, specVersion).Compile();
        }
        catch (ChainException unsupported) when (unsupported.Failure == ChainFailure.RuntimeUnsupported)
        {
            var storage = StorageOf(decoded, specVersion, unsupported.Message, out var problem);
            return storage is not null
                ? new RuntimeSources([storage])
                : throw new ChainException(ChainFailure.RuntimeUnsupported, $"{unsupported.Message} {problem}");
        }

        return WithStorage(new RuntimeApiSource(state), $"The answer of runtime {specVersion} is malformed.");

        RuntimeSources WithStorage(SubnetSource first, string reason) =>
            StorageOf(decoded, specVersion, reason, out var problem) is { } storage
                ? new RuntimeSources([first, storage])
                : new RuntimeSources([first], problem);
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

    private static StorageSource? StorageOf(RuntimeMetadata metadata, uint specVersion, string reason, out string? problem)
    {
        try
        {
            problem = null;
            return new StorageSource(metadata, specVersion, reason);
        }
        catch (ChainException unsupported)
        {
            problem = unsupported.Message;
            return null;
        }
    }
}
