namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary>Who is let in, and what the others are told.</summary>
[TestFixtureSource(typeof(Deployments), nameof(Deployments.OneStore))]
internal sealed class IdentityTests(StoreKind store, FolderLayoutKind layout) : DeploymentFixture(store, layout)
{
    [Test]
    public async Task Signature_in_any_of_its_written_forms_opens_the_door()
    {
        var miner = Deployment.NextMiner();
        Func<string, string>[] forms =
            [hex => hex, hex => "0x" + hex, hex => "01" + hex, hex => "0x01" + hex, hex => hex.ToUpperInvariant()];

        foreach (var form in forms)
        {
            var body = ServiceClient.FolderAccessBody(miner);
            body["signature"] = form((string)body["signature"]!);
            Assert.That((int)(await Client.PostAsync(ServiceClient.FolderAccessPath, body)).Status, Is.EqualTo(200), body.ToJsonString());
        }
    }

    [Test]
    public async Task Signature_over_the_wrapped_text_opens_the_door()
    {
        var miner = Deployment.NextMiner();
        var moment = ServiceClient.Now;
        var folderAccess = ServiceClient.FolderAccessBody(miner, moment);
        folderAccess["signature"] = miner.Hotkey.SignHex(
            $"<Bytes>{ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, moment)}</Bytes>");
        var validatorAccess = ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey, moment);
        validatorAccess["signature"] = Subnet.Validator.Hotkey.SignHex($"<Bytes>{ServiceClient.ValidatorAccessText(moment)}</Bytes>");

        Assert.That((int)(await Client.PostAsync(ServiceClient.FolderAccessPath, folderAccess)).Status, Is.EqualTo(200));
        Assert.That((int)(await Client.PostAsync(ServiceClient.ValidatorAccessPath, validatorAccess)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Signature_made_by_a_wallets_own_library_opens_the_door()
    {
        var wallet = await NodeSigner.NeedAsync();
        var (miner, validator, moment) = (Subnet.OrdinaryMiner, Subnet.Validator, ServiceClient.Now);
        var text = ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, moment);
        var signatures = await wallet.SignAsync(
            ("//Bob", text), ("//Bob", $"<Bytes>{text}</Bytes>"), ("//Alice", ServiceClient.ValidatorAccessText(moment)));

        foreach (var signature in signatures.Take(2))
        {
            var body = ServiceClient.FolderAccessBody(miner, moment);
            body["signature"] = signature;
            var access = ServiceClient.Read<FolderAccess>(await Client.PostAsync(ServiceClient.FolderAccessPath, body));
            Assert.That((await FormUpload.Of(access.Grant, Deployment.PathOf("wallet.bin"), Bytes(2000)).SendAsync()).Accepted);
        }

        var access2 = ServiceClient.ValidatorAccessBody(validator.Hotkey, moment);
        access2["signature"] = signatures[2];
        Assert.That((int)(await Client.PostAsync(ServiceClient.ValidatorAccessPath, access2)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Signature_over_anything_else_is_refused()
    {
        var miner = Deployment.NextMiner();
        var rival = Deployment.NextMiner();
        var moment = ServiceClient.Now;
        var text = ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, moment);
        string[] signatures =
        [
            miner.Hotkey.SignHex(ServiceClient.FolderAccessText(miner.Coldkey.Address, miner.Hotkey.Address, moment - 1)),
            miner.Hotkey.SignHex(ServiceClient.ValidatorAccessText(moment)),
            miner.Hotkey.SignHex(text + "\n"),
            miner.Hotkey.SignHex("<Bytes>" + text),
            miner.Hotkey.SignHex($"<Bytes><Bytes>{text}</Bytes></Bytes>"),
            miner.Hotkey.SignHex(""),
            rival.Hotkey.SignHex(text),
            miner.Coldkey.SignHex(text),
            new string('0', 128),
            new string('f', 128),
        ];

        foreach (var signature in signatures)
        {
            var body = ServiceClient.FolderAccessBody(miner, moment);
            body["signature"] = signature;
            AssertRefused(await Client.PostAsync(ServiceClient.FolderAccessPath, body), 401, "invalid_signature");
        }

        var validator = ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey, moment);
        validator["signature"] = Subnet.Validator.Hotkey.SignHex(text);
        AssertRefused(await Client.PostAsync(ServiceClient.ValidatorAccessPath, validator), 401, "invalid_signature");
    }

    [Test]
    public async Task Coldkey_of_somebody_else_is_refused()
    {
        var miner = Deployment.NextMiner();
        var stolen = miner with { Coldkey = Deployment.NextMiner().Coldkey };
        var unknown = miner with { Coldkey = Account.New() };
        var itself = miner with { Coldkey = miner.Hotkey };

        foreach (var claim in (Miner[])[stolen, unknown, itself])
        {
            AssertRefused(
                await Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(claim)), 403, "coldkey_mismatch");
        }
    }

    [Test]
    public async Task Hotkey_that_is_not_registered_is_refused_with_the_subnets_name()
    {
        var stranger = Miner.New();
        var asMiner = await Client.PostAsync(ServiceClient.FolderAccessPath, ServiceClient.FolderAccessBody(stranger));
        var asValidator = await Client.PostAsync(ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(stranger.Hotkey));

        AssertRefused(asMiner, 403, "hotkey_not_registered");
        AssertRefused(asValidator, 403, "hotkey_not_registered");
        Assert.That(asMiner.Detail, Does.Contain("46").And.Contain("static"));
    }

    [Test]
    public async Task Only_a_permit_and_stake_above_the_minimum_make_a_validator()
    {
        foreach (var (neuron, stake) in ((Miner, string)[])
            [(Subnet.OrdinaryMiner, "0"), (Subnet.WithoutStake, "0"), (Subnet.WithTheMinimum, "20000"), (Subnet.WithoutPermit, "500000")])
        {
            var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(neuron.Hotkey));

            AssertRefused(answer, 403, "not_a_validator");
            Assert.That(
                answer.Detail.Replace(",", "", StringComparison.Ordinal), Does.Contain("permit").And.Contain(stake).And.Contain("20000"));
        }
    }

    [Test]
    public async Task Coldkey_of_a_validator_does_not_speak_for_it()
    {
        var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(Subnet.Validator.Coldkey));

        AssertRefused(answer, 403, "hotkey_not_registered");
    }

    [Test]
    public async Task Members_that_a_client_sends_too_many_do_no_harm()
    {
        var body = ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey);
        body["coldkey"] = Subnet.Validator.Coldkey.Address;
        body["anything"] = new JsonObject { ["else"] = new JsonArray(1, 2, 3) };

        Assert.That((int)(await Client.PostAsync(ServiceClient.ValidatorAccessPath, body)).Status, Is.EqualTo(200));
    }

    private static void AssertRefused(Answer answer, int status, string code) =>
        Assert.That(
            ((int)answer.Status, answer.Code, answer.ContentType),
            Is.EqualTo((status, code, "application/problem+json")),
            answer.ToString());
}
