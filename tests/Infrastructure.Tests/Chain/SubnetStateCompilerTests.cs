using S3Auth.Substrate.Metadata;
using static S3Auth.Substrate.Tests.Metadata.HandmadeMetadata;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>What a runtime's description of the function must have, shown by descriptions that no real runtime has.</summary>
internal sealed class SubnetStateCompilerTests
{
    private const int U16 = 0;
    private const int U64Type = 2;
    private const int Accounts = 5;
    private const int Flags = 6;
    private const int Amounts = 7;
    private const int OptionalU16 = 8;
    private const int State = 9;
    private const int Other = 10;

    // One neuron: both keys are zero, it has the permit, and 7 units of alpha.
    private static readonly byte[] Neuron = [4, .. new byte[32], 4, .. new byte[32], 4, 1, 4, 7, 0, 0, 0, 0, 0, 0, 0];

    private static readonly (string Name, int Type)[] Needed =
        [("hotkeys", Accounts), ("coldkeys", Accounts), ("validator_permit", Flags), ("alpha_stake", Amounts)];

    [Test]
    public void Structure_of_the_needed_fields_is_read()
    {
        var neuron = Decode(Compile(Needed), Neuron).Single();

        Assert.That((neuron.ValidatorPermit, neuron.AlphaStake.Units, neuron.Active), Is.EqualTo((true, 7UL, false)));
    }

    [TestCase("hotkeys")]
    [TestCase("coldkeys")]
    [TestCase("validator_permit")]
    [TestCase("alpha_stake")]
    public void Needed_field_exists_exactly_once(string name)
    {
        AssertUnsupported($"has no `{name}` in SubnetState", () => Compile([.. Needed.Where(field => field.Name != name)]));
        AssertUnsupported($"has 2 fields `{name}` in SubnetState", () => Compile([.. Needed, Needed.First(field => field.Name == name)]));
    }

    [Test]
    public void Argument_holds_every_netuid()
    {
        AssertUnsupported("wants other arguments", () => Compile(Needed, inputs: [Other], other: U8));
        AssertUnsupported("wants other arguments", () => Compile(Needed, inputs: [OptionalU16]));
        AssertUnsupported("wants other arguments", () => Compile(Needed, inputs: [U16, U16]));
        AssertUnsupported("wants other arguments", () => Compile(Needed, inputs: []));
    }

    [TestCase(46, 46 << 2)]
    [TestCase(63, 63 << 2)]
    [TestCase(64, (64 << 2) | 1)]
    [TestCase(16_383, (16_383 << 2) | 1)]
    [TestCase(16_384, (16_384 << 2) | 2)]
    [TestCase(65_535, (65_535 << 2) | 2)]
    public void Compact_argument_has_its_shortest_form(int netuid, int expected)
    {
        var argument = Compile(Needed, inputs: [Other], other: CompactOf(U16)).Netuid.WriteInteger((ushort)netuid);

        var size = (expected & 3) switch { 0 => 1, 1 => 2, _ => 4 };
        Assert.That(argument, Is.EqualTo(BitConverter.GetBytes(expected)[..size]));
    }

    [Test]
    public void Plain_argument_has_the_width_of_its_type()
    {
        Assert.That(Compile(Needed).Netuid.WriteInteger(258), Is.EqualTo(new byte[] { 2, 1 }));
        Assert.That(
            Compile(Needed, inputs: [Other], other: Primitive(5)).Netuid.WriteInteger(258), Is.EqualTo(new byte[] { 2, 1, 0, 0 }));
    }

    [Test]
    public void Stakes_of_16_bits_are_no_amounts() => AssertUnsupported(
        "has `alpha_stake` in SubnetState as Vec<u16>, not as a list of amounts of alpha",
        () => Compile([.. Needed[..3], ("alpha_stake", Other)], other: Sequence(U16)));

    [Test]
    public void Activity_that_is_no_flag_is_passed_over()
    {
        var state = Compile([.. Needed, ("active", Other)], other: Sequence(U16));

        Assert.That(Decode(state, [.. Neuron, 4, 1, 0]).Single().Active, Is.False);
        Assert.That(Decode(state, [.. Neuron, 8, 1, 0, 2, 0]).Single().Active, Is.False);
    }

    [Test]
    public void Needed_list_that_is_none_is_refused()
    {
        byte[] option =
        [
            .. Path("Option"), 0, 1, .. Compact(2),
            .. WriteText("None"), 0, 0, 0, .. WriteText("Some"), .. Compact(1), 0, .. Compact(Amounts), 0, 0, 1, 0, 0,
        ];
        var state = Compile([("alpha_stake", Other), .. Needed[..3]], other: option);

        Assert.That(Decode(state, [1, .. Neuron[68..], .. Neuron[..68]]).Single().AlphaStake.Units, Is.EqualTo(7));
        Assert.That(
            () => Decode(state, [0, .. Neuron[68..], .. Neuron[..68]]),
            Throws.InstanceOf<ScaleException>().With.Message.EqualTo("The answer has no alpha_stake."));
    }

    [Test]
    public void Netuid_that_is_optional_is_passed_over() =>
        Assert.That(Decode(Compile([("netuid", OptionalU16), .. Needed]), [0, .. Neuron]), Has.Length.EqualTo(1));

    [Test]
    public void Field_of_a_type_that_is_nested_too_deeply_is_refused_before_an_answer_arrives() => AssertUnsupported(
        "describes SubnetState in a way that cannot be read: The types are nested deeper than 64 levels.",
        () => Compile(
            [.. Needed, ("deep", Other + 69)], [Tuple(U16), .. Enumerable.Range(Other, 69).Select(type => Tuple(type))]));

    [Test]
    public void Field_of_a_type_that_contains_only_itself_is_refused() => AssertUnsupported(
        "describes SubnetState in a way that cannot be read: The types are nested deeper than 64 levels.",
        () => Compile([.. Needed[..3], ("alpha_stake", Other)], other: Composite(Other)));

    [Test]
    public void Names_from_the_metadata_are_cleaned()
    {
        const string name = "<b>\n\u001b[1m'&";

        Assert.That(Compile([.. Needed, (name, U64Type)]).Unknown, Is.EqualTo(new[] { "<b>??[1m??" }));
        AssertUnsupported(
            "has `alpha_stake` in SubnetState as <b>??[1m??, not as",
            () => Compile([.. Needed[..3], ("alpha_stake", Other)], other: [.. Path(name), 0, 1, 0, 0]));
    }

    private static byte[] Path(string name) => [.. Compact(1), .. WriteText(name)];

    private static void AssertUnsupported(string message, Action compile)
    {
        var refused = Assert.Throws<ChainException>(compile);
        Assert.That(refused.Failure, Is.EqualTo(ChainFailure.RuntimeUnsupported));
        Assert.That(refused.Message, Does.Contain(message));
    }

    private static Neuron[] Decode(CompiledSubnetState state, byte[] answer) =>
        SubnetStateDecoder.DecodeFirst(state.Decoders, answer, netuid: 46);

    private static CompiledSubnetState Compile((string Name, int Type)[] fields, int[]? inputs = null, byte[]? other = null) =>
        Compile(fields, [other ?? Unit], inputs);

    private static CompiledSubnetState Compile((string Name, int Type)[] fields, byte[][] others, int[]? inputs = null)
    {
        byte[] state = Type(
            0,
            [
                .. Compact((ulong)fields.Length),
                .. fields.SelectMany(field => (byte[])[1, .. WriteText(field.Name), .. Compact((ulong)field.Type), 0, 0]),
            ]);
        byte[] option =
        [
            .. Path("Option"), 0, 1, .. Compact(2),
            .. WriteText("None"), 0, 0, 0, .. WriteText("Some"), .. Compact(1), 0, .. Compact(U16), 0, 0, 1, 0, 0,
        ];
        byte[][] types =
        [
            Primitive(4), U8, U64, Bool, Array(32, 1), Sequence(4), Sequence(3), Sequence(2), option, state, .. others,
        ];
        var arguments = inputs ?? [U16];
        byte[] apis =
        [
            .. Compact(1), .. WriteText("SubnetInfoRuntimeApi"), .. Compact(1), .. WriteText("get_subnet_state"),
            .. Compact((ulong)arguments.Length), .. arguments.SelectMany(type => (byte[])[.. WriteText("a"), .. Compact((ulong)type)]),
            .. Compact(State), 0, 0,
        ];
        byte[] metadata = [.. "meta"u8, 15, .. WriteTypes(types), .. WriteRest(15, apis)];
        return new SubnetStateCompiler(RuntimeMetadata.Decode(metadata), specVersion: 400).Compile();
    }
}
