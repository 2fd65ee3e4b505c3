namespace S3Auth.Domain.Tests;

/// <summary>Who may act in which role: by the chain, by the setting <c>READERS</c>, and by the operator's exceptions.</summary>
public sealed class AccessRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);
    private static readonly AccountId Validator = Accounts.Alice;
    private static readonly AccountId Miner = Accounts.Bob;
    private static readonly AccountId MinersColdkey = Accounts.Dave;
    private static readonly AccountId PoorValidator = Accounts.Eve;
    private static readonly AccountId Stranger = AccountId.FromBytes(Enumerable.Repeat((byte)1, AccountId.Size).ToArray());
    private static readonly AccountId StrangersColdkey = AccountId.FromBytes(Enumerable.Repeat((byte)2, AccountId.Size).ToArray());

    private static readonly Metagraph Chain = new("static", 46, 1, DateTimeOffset.UnixEpoch,
    [
        new Neuron(0, Validator, Accounts.Charlie, ValidatorPermit: true, AlphaAmount.FromAlpha(30_000), Active: true),
        new Neuron(1, Miner, MinersColdkey, ValidatorPermit: false, default, Active: true),
        new Neuron(2, PoorValidator, Accounts.Charlie, ValidatorPermit: true, AlphaAmount.FromAlpha(20_000), Active: true),
    ]);

    [Test]
    public void Chain_decides_without_exceptions()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Decide(Miner, Role.Miner), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(Validator, Role.Miner), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(Stranger, Role.Miner), Is.EqualTo(AccessOutcome.NotRegistered));
            Assert.That(Decide(Validator, Role.Validator), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(Miner, Role.Validator), Is.EqualTo(AccessOutcome.NotAValidator));
            Assert.That(Decide(PoorValidator, Role.Validator), Is.EqualTo(AccessOutcome.NotAValidator));
            Assert.That(Decide(Stranger, Role.Validator), Is.EqualTo(AccessOutcome.NotRegistered));
        });
    }

    [Test]
    public void Miners_read_with_the_quota_of_miners_if_the_operator_lets_them()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Decide(Miner, Role.Validator, minersMayRead: true), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(PoorValidator, Role.Validator, minersMayRead: true), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(Stranger, Role.Validator, minersMayRead: true), Is.EqualTo(AccessOutcome.NotRegistered));
            Assert.That(Of(Miner, AccessRules.None, minersMayRead: true).HasValidatorQuota, Is.False);
            Assert.That(Of(Validator, AccessRules.None, minersMayRead: true).HasValidatorQuota, Is.True);
        });
    }

    [Test]
    public void Denied_hotkey_may_do_nothing_until_the_denial_ends()
    {
        foreach (var (hotkey, denied, isColdkey) in new[]
        {
            (Miner, Miner, false), (Miner, MinersColdkey, true), (Validator, Accounts.Charlie, true), (Stranger, Stranger, false),
        })
        {
            var rules = new AccessRules([new AccessDenial(denied, isColdkey, "spam", Now)], [], []);

            foreach (var role in Enum.GetValues<Role>())
            {
                Assert.That(Decide(hotkey, role, rules, Now.AddTicks(-1), minersMayRead: true), Is.EqualTo(AccessOutcome.Denied));
                Assert.That(Decide(hotkey, role, rules, Now, minersMayRead: true), Is.Not.EqualTo(AccessOutcome.Denied));
            }
        }
    }

    [Test]
    public void Denial_of_an_account_counts_only_as_what_it_names()
    {
        var rules = new AccessRules(
            [new(Miner, IsOfColdkey: true, "spam", null), new(MinersColdkey, IsOfColdkey: false, "spam", null)], [], []);

        Assert.That(Decide(Miner, Role.Miner, rules), Is.EqualTo(AccessOutcome.Granted));
    }

    [Test]
    public void Denial_comes_before_every_permission()
    {
        var denied = new AccessRules(
            [new(Stranger, IsOfColdkey: false, "spam", null)], [new(Stranger, null)], [new(Stranger, StrangersColdkey, Now.AddDays(1))]);
        var deniedColdkey = new AccessRules(
            [new(StrangersColdkey, IsOfColdkey: true, "spam", null)], [], [new(Stranger, StrangersColdkey, Now.AddDays(1))]);

        Assert.Multiple(() =>
        {
            Assert.That(Decide(Stranger, Role.Miner, denied), Is.EqualTo(AccessOutcome.Denied));
            Assert.That(Decide(Stranger, Role.Validator, denied), Is.EqualTo(AccessOutcome.Denied));
            Assert.That(Decide(Stranger, Role.Miner, deniedColdkey), Is.EqualTo(AccessOutcome.Denied));
        });
    }

    [Test]
    public void Reader_reads_without_stake_and_registration_until_the_rule_ends()
    {
        var rules = new AccessRules([], [new(Stranger, Now), new(Miner, null)], []);
        var before = Now.AddTicks(-1);

        Assert.Multiple(() =>
        {
            Assert.That(Decide(Stranger, Role.Validator, rules, before), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Decide(Stranger, Role.Validator, rules, Now), Is.EqualTo(AccessOutcome.NotRegistered));
            Assert.That(Decide(Stranger, Role.Miner, rules, before), Is.EqualTo(AccessOutcome.NotRegistered));
            Assert.That(Decide(Miner, Role.Validator, rules), Is.EqualTo(AccessOutcome.Granted));
            Assert.That(Of(Miner, rules).HasValidatorQuota, Is.True);
        });
    }

    [Test]
    public void Uploader_uploads_without_registration_until_the_rule_ends()
    {
        var rules = new AccessRules([], [], [new(Stranger, StrangersColdkey, Now)]);
        var before = Now.AddTicks(-1);
        var decision = Rules().Decide(Stranger, Role.Miner, Chain, rules, before);

        Assert.Multiple(() =>
        {
            Assert.That(
                (decision.Outcome, decision.Coldkey, decision.Neuron),
                Is.EqualTo((AccessOutcome.Granted, StrangersColdkey, (Neuron?)null)));
            Assert.That(Decide(Stranger, Role.Miner, rules, Now), Is.EqualTo(AccessOutcome.NotRegistered));
            Assert.That(Decide(Stranger, Role.Validator, rules, before, minersMayRead: true), Is.EqualTo(AccessOutcome.NotRegistered));
        });
    }

    [Test]
    public void Chain_says_who_owns_a_registered_uploader()
    {
        var rules = new AccessRules([], [], [new(Miner, StrangersColdkey, Now.AddDays(1))]);

        Assert.That(Of(Miner, rules).Coldkey, Is.EqualTo(MinersColdkey));
    }

    [Test]
    public void Two_rules_of_one_kind_for_one_account_are_rejected()
    {
        var denial = new AccessDenial(Miner, IsOfColdkey: false, "spam", null);

        Assert.Multiple(() =>
        {
            Assert.That(() => new AccessRules([denial, denial], [], []), Throws.ArgumentException);
            Assert.That(() => new AccessRules([], [new(Miner, null), new(Miner, Now)], []), Throws.ArgumentException);
            Assert.That(
                () => new AccessRules([], [], [new(Miner, MinersColdkey, Now), new(Miner, StrangersColdkey, Now)]),
                Throws.ArgumentException);
            Assert.That(() => new AccessRules([denial, denial with { IsOfColdkey = true }], [], []), Throws.Nothing);
        });
    }

    [Test]
    public void Rules_are_counted_by_kind()
    {
        var rules = new AccessRules(
            [new(Miner, IsOfColdkey: false, "spam", null), new(MinersColdkey, IsOfColdkey: true, "spam", null)],
            [new(Stranger, null)],
            []);

        Assert.That((rules.Denials, rules.Readers, rules.Uploaders), Is.EqualTo((2, 1, 0)));
    }

    private static AccessOutcome Decide(AccountId hotkey, Role role, bool minersMayRead = false) =>
        Decide(hotkey, role, AccessRules.None, Now, minersMayRead);

    private static AccessOutcome Decide(
        AccountId hotkey, Role role, AccessRules exceptions, DateTimeOffset? now = null, bool minersMayRead = false) =>
        Rules(minersMayRead).Decide(hotkey, role, Chain, exceptions, now ?? Now).Outcome;

    private static AccessDecision Of(AccountId hotkey, AccessRules exceptions, bool minersMayRead = false) =>
        Rules(minersMayRead).Decide(hotkey, Role.Validator, Chain, exceptions, Now);

    private static SubnetRules Rules(bool minersMayRead = false) => new(AlphaAmount.FromAlpha(20_000), minersMayRead);
}
