using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Chain;

/// <summary>
/// Makes the decoder of a runtime's answer about a subnet from the runtime's metadata. Finds the fields by their names, so that a runtime
/// may add, reorder, widen or wrap fields. If a field that a decision needs is missing or has another type, refuses and names the field.
/// </summary>
/// <param name="metadata">The runtime's metadata.</param>
/// <param name="specVersion">The runtime's version, for messages.</param>
internal sealed class SubnetStateCompiler(RuntimeMetadata metadata, uint specVersion)
{
    private const string Structure = "SubnetState";

    // Narrower integers are ratios.
    private const int MinAmountBits = 32;

    // In this order, the message names the first one that is missing.
    private static readonly string[] Needed = ["hotkeys", "coldkeys", "validator_permit", "alpha_stake"];

    private readonly RuntimeTypes _types = new(metadata.Types);

    /// <exception cref="ChainException">The runtime cannot be read this way; the message says why.</exception>
    internal CompiledSubnetState Compile()
    {
        try
        {
            return CompileMethod();
        }
        catch (ScaleException hostile)
        {
            throw Refuse($"describes {Structure} in a way that cannot be read: {hostile.Message.TrimEnd('.')}");
        }
    }

    private CompiledSubnetState CompileMethod()
    {
        var method = metadata.Methods.FirstOrDefault(one => (one.Api, one.Name) == (RuntimeApiSource.Api, RuntimeApiSource.Method))
            ?? throw Refuse($"has no {RuntimeApiSource.Api}.{RuntimeApiSource.Method}");
        if (method.Inputs is not [var input] || _types.ItemOf(input) is not { Bits: >= 16, IsOptional: false } netuid)
        {
            throw Refuse($"wants other arguments for {RuntimeApiSource.Method} than a netuid");
        }

        var types = _types.Registry;
        var output = types.Unwrap(method.Output);
        if (types[output] is SequenceType { Item: var item } && _types.IsByte(item))
        {
            return CompileWrapped(netuid);
        }

        var isOptional = _types.IsOption(output, out var inner);
        return types[types.Unwrap(inner)] is CompositeType structure
            ? new CompiledSubnetState([CompileStructure(structure, isWrapped: false, isOptional)], netuid, UnknownFieldsOf(structure))
            : throw Refuse($"answers {RuntimeApiSource.Method} with {Text(inner)}, not with a {Structure}");
    }

    // The metadata does not say what the bytes contain. If the runtime has a type with the structure's name, tries that first.
    private CompiledSubnetState CompileWrapped(SubnetItem netuid)
    {
        var named = Enumerable.Range(0, _types.Registry.Count).Select(type => _types.Registry[type]).OfType<CompositeType>()
            .FirstOrDefault(type => type.Name == Structure);
        return named is null
            ? new CompiledSubnetState([FixedSubnetState.Wrapped], netuid, Unknown: [])
            : new CompiledSubnetState(
                [
                    CompileStructure(named, isWrapped: true, isOptional: true),
                    CompileStructure(named, isWrapped: true, isOptional: false),
                    FixedSubnetState.Wrapped,
                ],
                netuid,
                UnknownFieldsOf(named));
    }

    private SubnetStateDecoder CompileStructure(CompositeType structure, bool isWrapped, bool isOptional)
    {
        foreach (var name in Needed)
        {
            if (structure.Fields.Count(field => field.Name == name) is var count and not 1)
            {
                throw Refuse(count == 0 ? $"has no `{name}` in {Structure}" : $"has {count} fields `{name}` in {Structure}");
            }
        }

        return new SubnetStateDecoder(_types.Registry, [.. structure.Fields.Select(ToField)], isWrapped, isOptional);
    }

    private static IReadOnlyList<string> UnknownFieldsOf(CompositeType structure) =>
        [.. structure.Fields.Select(field => field.Name ?? "?").Except(FixedSubnetState.Names).Select(PublicText.Clean)];

    private SubnetField ToField(TypeField field)
    {
        var name = field.Name ?? string.Empty;
        var skipped = new SubnetField(name, SubnetFieldRole.Skipped, field.Type);

        // Measures the type to refuse one that cannot be skipped before an answer arrives.
        _types.Registry.MinSizeOf(field.Type);
        return name switch
        {
            "netuid" when _types.ItemOf(field.Type) is { Bits: > 1, IsOptional: false } item =>
                skipped with { Role = SubnetFieldRole.Netuid, Item = item },
            "hotkeys" => AccountsOf(field, SubnetFieldRole.Hotkeys),
            "coldkeys" => AccountsOf(field, SubnetFieldRole.Coldkeys),
            "active" => ListOf(field, SubnetFieldRole.Active, item => item.Bits == 1) ?? skipped,
            "validator_permit" => ListOf(field, SubnetFieldRole.ValidatorPermit, item => item.Bits == 1)
                ?? throw RefuseType(field, "a list of flags"),
            "alpha_stake" => ListOf(field, SubnetFieldRole.AlphaStake, item => item.Bits >= MinAmountBits)
                ?? throw RefuseType(field, "a list of amounts of alpha"),
            _ => skipped,
        };
    }

    private SubnetField AccountsOf(TypeField field, SubnetFieldRole role) =>
        _types.ItemsOf(field.Type) is ({ } item, var isOptional) && _types.IsAccount(item)
            ? new SubnetField(field.Name!, role, field.Type, IsOptional: isOptional)
            : throw RefuseType(field, "a list of accounts");

    private SubnetField? ListOf(TypeField field, SubnetFieldRole role, Func<SubnetItem, bool> isRight) =>
        _types.ItemsOf(field.Type) is ({ } type, var isOptional) && _types.ItemOf(type) is { } item && isRight(item)
            ? new SubnetField(field.Name!, role, field.Type, item, isOptional)
            : null;

    private ChainException RefuseType(TypeField field, string expected) =>
        Refuse($"has `{field.Name}` in {Structure} as {Text(field.Type)}, not as {expected}");

    private ChainException Refuse(string what) => new(ChainFailure.RuntimeUnsupported, $"Runtime {specVersion} {what}.");

    private string Text(int type) => PublicText.Clean(_types.Registry.Describe(type));
}

/// <summary>How to call a runtime for the state of a subnet, and how to decode its answer.</summary>
/// <param name="Decoders">Decode the answer; the first one that succeeds counts.</param>
/// <param name="Netuid">How the argument is encoded.</param>
/// <param name="Unknown">The names of fields that this server does not know.</param>
internal sealed record CompiledSubnetState(
    IReadOnlyList<SubnetStateDecoder> Decoders, SubnetItem Netuid, IReadOnlyList<string> Unknown);
