using S3Auth.Substrate.Metadata;

namespace S3Auth.Infrastructure.Tests.Chain;

/// <summary>Which types of a runtime are accounts, amounts, flags and options. A type that only looks like one is none.</summary>
internal sealed class RuntimeTypesTests
{
    private const int U64 = 0;
    private const int Account = 1;
    private const int U8 = 2;
    private const int Bool = 3;

    private static readonly TypeDefinition[] Basics =
    [
        new PrimitiveType("", Primitive.U64),
        new ArrayType("", U8, AccountId.Size),
        new PrimitiveType("", Primitive.U8),
        new PrimitiveType("", Primitive.Bool),
    ];

    private static IEnumerable<TestCaseData> Lookalikes()
    {
        yield return Case("another name", Option("Perhaps", None(0), Some(1)));
        yield return Case("exchanged numbers", Option("Option", None(1), Some(0)));
        yield return Case("other numbers", Option("Option", None(0), Some(2)));
        yield return Case("exchanged variants", Option("Option", Some(1), None(0)));
        yield return Case("a none with content", Option("Option", new TypeVariant("None", 0, [new TypeField(null, U8)]), Some(1)));
        yield return Case("a some without content", Option("Option", None(0), None(1)));
        yield return Case("two values", Option("Option", None(0), new TypeVariant("Some", 1, [new(null, U64), new(null, U64)])));
        yield return Case("a third variant", Option("Option", None(0), Some(1), new TypeVariant("Unknown", 2, [])));

        static TestCaseData Case(string what, TypeDefinition type) => new TestCaseData(type).SetArgDisplayNames(what);
    }

    [Test]
    public void Option_is_recognised()
    {
        var types = With(Option("Option", None(0), Some(1)), out var option);

        Assert.That((types.IsOption(option, out var inner), inner), Is.EqualTo((true, U64)));
        Assert.That(types.ItemOf(option), Is.EqualTo(new SubnetItem(64, IsCompact: false, IsOptional: true)));
    }

    [TestCaseSource(nameof(Lookalikes))]
    public void Enum_that_is_encoded_otherwise_is_no_option(TypeDefinition type)
    {
        var types = With(type, out var index);

        Assert.That((types.IsOption(index, out var inner), inner), Is.EqualTo((false, index)));
        Assert.That(types.ItemOf(index), Is.Null);
    }

    [TestCase("AlphaCurrency", true)]
    [TestCase("subtensor_runtime_common::AlphaBalance", true)]
    [TestCase("subtensor_runtime_common::TaoCurrency", false)]
    [TestCase("TaoBalance", false)]
    [TestCase("sp_arithmetic::per_things::Perbill", false)]
    [TestCase("substrate_fixed::types::U64F64", false)]
    [TestCase("my_pallet::FixedU64", false)]
    public void Wrapped_integer_is_a_number_unless_its_name_means_something_else(string path, bool expected)
    {
        var types = With(new CompositeType(path, [new TypeField(null, U64)]), out var type);

        Assert.That(types.ItemOf(type), expected ? Is.EqualTo(new SubnetItem(64, IsCompact: false)) : Is.Null);
    }

    [TestCase("sp_core::crypto::AccountId32", true)]
    [TestCase("primitive_types::H256", false)]
    [TestCase("my_pallet::Hash", false)]
    public void Wrapped_32_bytes_are_an_account_unless_they_are_a_hash(string path, bool expected)
    {
        var types = With(new CompositeType(path, [new TypeField(null, Account)]), out var type);

        Assert.That(types.IsAccount(type), Is.EqualTo(expected));
    }

    [TestCase(31u, U8)]
    [TestCase(33u, U8)]
    [TestCase(32u, Bool)]
    [TestCase(32u, U64)]
    public void Other_arrays_are_no_account(uint length, int item)
    {
        var types = With(new ArrayType("", item, length), out var type);

        Assert.That(types.IsAccount(type), Is.False);
    }

    [Test]
    public void Structure_with_a_named_field_is_neither_a_number_nor_an_account()
    {
        Assert.That(With(new CompositeType("Amount", [new TypeField("value", U64)]), out var amount).ItemOf(amount), Is.Null);
        Assert.That(With(new CompositeType("Owner", [new TypeField("key", Account)]), out var owner).IsAccount(owner), Is.False);
    }

    [Test]
    public void Compact_flag_is_nothing() =>
        Assert.That(With(new CompactType("", Bool), out var type).ItemOf(type), Is.Null);

    private static VariantType Option(string path, params TypeVariant[] variants) => new(path, variants);

    private static TypeVariant None(byte index) => new("None", index, []);

    private static TypeVariant Some(byte index) => new("Some", index, [new TypeField(null, U64)]);

    private static RuntimeTypes With(TypeDefinition type, out int index)
    {
        index = Basics.Length;
        return new RuntimeTypes(new TypeRegistry([.. Basics, type]));
    }
}
