namespace S3Auth.Domain.Tests;

public sealed class SubnetRulesTests
{
    private static readonly SubnetRules Rules = new(AlphaAmount.FromAlpha(20_000));

    [TestCase(true, "20000.000000001", true)]
    [TestCase(true, "20000", false)]
    [TestCase(true, "0", false)]
    [TestCase(false, "30000", false)]
    public void Validator_has_a_permit_and_more_than_the_minimum_staked(bool permit, string stake, bool validator)
    {
        var alpha = AlphaAmount.FromAlpha(decimal.Parse(stake, System.Globalization.CultureInfo.InvariantCulture));

        Assert.That(Rules.IsValidator(Neuron(permit, alpha)), Is.EqualTo(validator));
    }

    [Test]
    public void Stake_is_compared_exactly_beyond_the_precision_of_a_double()
    {
        var rules = new SubnetRules(new AlphaAmount(9_007_199_254_740_992));

        Assert.That(rules.IsValidator(Neuron(permit: true, new AlphaAmount(9_007_199_254_740_993))), Is.True);
    }

    [Test]
    public void Alpha_is_formatted_without_trailing_zeros() =>
        Assert.That(new AlphaAmount(20_000_500_000_000).ToString(), Is.EqualTo("20000.5"));

    [Test]
    public void Alpha_out_of_range_is_rejected()
    {
        Assert.Multiple(() =>
        {
            Assert.That(() => AlphaAmount.FromAlpha(-0.1m), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(() => AlphaAmount.FromAlpha(18_446_744_073.709551616m), Throws.InstanceOf<ArgumentOutOfRangeException>());
            Assert.That(AlphaAmount.FromAlpha(18_446_744_073.709551615m).Units, Is.EqualTo(ulong.MaxValue));
        });
    }

    [Test]
    public void Metagraph_rejects_two_neurons_with_one_hotkey_or_uid()
    {
        var bob = Neuron(false, default);

        Assert.Multiple(() =>
        {
            Assert.That(() => Metagraph(bob, bob with { Uid = 1 }), Throws.ArgumentException);
            Assert.That(() => Metagraph(bob, bob with { Hotkey = Accounts.Alice }), Throws.ArgumentException);
        });
    }

    [Test]
    public void Metagraph_finds_a_neuron_by_its_hotkey_only()
    {
        var metagraph = Metagraph(Neuron(false, default));

        Assert.Multiple(() =>
        {
            Assert.That(metagraph.Find(Accounts.Bob)?.Coldkey, Is.EqualTo(Accounts.Dave));
            Assert.That(metagraph.Find(Accounts.Dave), Is.Null);
            Assert.That(metagraph.Find(default(AccountId)), Is.Null);
        });
    }

    private static Metagraph Metagraph(params Neuron[] neurons) => new("static", 46, 1, DateTimeOffset.UnixEpoch, neurons);

    private static Neuron Neuron(bool permit, AlphaAmount stake) => new(0, Accounts.Bob, Accounts.Dave, permit, stake, Active: true);
}
