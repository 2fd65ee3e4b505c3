namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Two servers with the same validator: a request for one of them is worth nothing at the other.</summary>
internal sealed class RelayTests
{
    private static readonly string MeantAddress = Account.New().Address;
    private static readonly string OtherAddress = Account.New().Address;

    private ScratchFolder _folder = null!;
    private ApiProcess _meant = null!;
    private ApiProcess _other = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = new ScratchFolder("relay");
        _meant = await StartAsync("46", MeantAddress);
        _other = await StartAsync("47", OtherAddress);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        foreach (var api in new[] { _meant, _other }.OfType<ApiProcess>())
        {
            await api.DisposeAsync();
        }

        _folder.Dispose();
    }

    [TestCase(ProofKind.Commitment)]
    [TestCase(ProofKind.Tao)]
    [TestCase(ProofKind.Epistula)]
    public async Task Request_that_a_server_passes_on_is_refused_and_stays_good(ProofKind proof)
    {
        var audience = _meant.Address.Authority;
        var plain = Call.ValidatorAccess(Subnet.Validator.Hotkey).With("audience", audience);
        var call = plain with { Commitment = timestamp => $"{plain.Commitment(timestamp)}:{audience}" };
        var body = proof == ProofKind.Commitment ? Encoding.UTF8.GetBytes(call.Committed().ToJsonString()) : call.Bare();
        var headers = proof == ProofKind.Commitment ? [] : HeaderProof.Of(proof, call.Signer, body).Headers.ToList();
        Task<Answer> SendTo(ApiProcess api) => api.Client.PostAsync(call.Path, body, headers);

        var relayed = await SendTo(_other);
        var meant = await SendTo(_meant);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((relayed.Status, relayed.Code), Is.EqualTo((HttpStatusCode.Unauthorized, "wrong_audience")), relayed.Text);
            Assert.That(relayed.Text, Does.Contain(_other.Address.Authority));
            Assert.That(meant.Status, Is.EqualTo(HttpStatusCode.OK), meant.Text);
        }
    }

    [Test]
    public async Task Request_is_taken_by_the_receiver_that_its_headers_name_and_by_no_other()
    {
        var call = Call.ValidatorAccess(Subnet.Validator.Hotkey);
        var (bare, named) = (call.Bare(), call.With("audience", _other.Address.Authority).Bare());
        HeaderProof For(byte[] body, string? receiver) =>
            HeaderProof.Of(ProofKind.Epistula, call.Signer, body, signedFor: receiver);
        var meant = For(bare, MeantAddress);

        var relayed = await _other.Client.PostAsync(call.Path, bare, meant);
        var without = await _other.Client.PostAsync(call.Path, bare, meant with { SignedFor = null });
        var changed = await _other.Client.PostAsync(call.Path, bare, meant with { SignedFor = OtherAddress });
        var forBoth = await _other.Client.PostAsync(call.Path, named, For(named, MeantAddress));
        var forNone = await _meant.Client.PostAsync(call.Path, bare, For(bare, null));
        var taken = await _meant.Client.PostAsync(call.Path, bare, meant);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((relayed.Status, relayed.Code), Is.EqualTo((HttpStatusCode.Unauthorized, "wrong_audience")), relayed.Text);
            Assert.That(relayed.Detail, Does.Contain("'Epistula-Signed-For' says").And.Contain(_other.Address.Authority));
            Assert.That((without.Code, changed.Code), Is.EqualTo(("invalid_signature", "invalid_signature")));
            Assert.That(forBoth.Code, Is.EqualTo("wrong_audience"), forBoth.Text);
            Assert.That(forNone.Code, Is.EqualTo("wrong_audience"), forNone.Text);
            Assert.That(forNone.Detail, Does.Contain("Epistula-Signed-For"));
            Assert.That(taken.Status, Is.EqualTo(HttpStatusCode.OK), taken.Text);
        }
    }

    [Test]
    public async Task Receiver_header_without_a_value_names_nobody()
    {
        var call = Call.ValidatorAccess(Subnet.Validator.Hotkey).With("audience", _meant.Address.Authority);
        var lines = HeaderProof.Of(ProofKind.Epistula, call.Signer, call.Bare(), signedFor: "").Headers
            .Select(one => $"{one.Key}: {one.Value}");

        var answer = await RawPost.SendAsync(new Uri(_meant.Client.Address, call.Path), lines, call.Bare());

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.ToString());
    }

    [Test]
    public async Task Tool_and_library_name_the_server_that_they_call()
    {
        using var client = new S3AuthClient(_meant.Address, Subnet.Validator.Hotkey.Keys);
        Assert.That(await client.CreateReader().ListMinersAsync(), Is.Empty);

        var tool = new S3AuthTool(_meant.Address, _folder);
        (await tool.RunAsync("check", "--validator", "--suri", "//Alice")).Expect();
        foreach (var proof in (string[][])
            [[], ["--proof", "tao"], ["--proof", "epistula"], ["--proof", "epistula", "--signed-for", MeantAddress]])
        {
            var (signed, records) = await tool.RunJsonAsync(["sign", "validator-access", "--suri", "//Alice", .. proof]);
            signed.Expect();
            var headers = records.Single()["headers"]!.AsObject()
                .Where(one => one.Key != "Content-Type")
                .Select(one => KeyValuePair.Create(one.Key, (string)one.Value!));
            var answer = await _meant.Client.PostAsync(
                ServiceClient.ValidatorAccessPath, Encoding.UTF8.GetBytes((string)records.Single()["data"]!), headers);
            Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), $"{string.Join(' ', proof)} {answer}");
        }
    }

    [Test]
    public async Task Check_says_what_to_do_where_the_server_goes_by_another_name()
    {
        var byAnotherName = new UriBuilder(_meant.Address) { Host = "localhost" }.Uri;

        var result = await new S3AuthTool(byAnotherName, _folder).RunAsync("check", "--validator", "--suri", "//Alice");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.ExitCode, Is.EqualTo(3));
            Assert.That(result.Output, Does.Contain("FAIL  server").And.Contain("AUDIENCES"));
        }
    }

    private Task<ApiProcess> StartAsync(string netuid, string address) =>
        ApiProcess.StartDevelopmentAsync(_folder.Sub(netuid), new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["NET_UID"] = netuid,
        ["PUBLIC_URL"] = "http://127.0.0.1:" + ApiProcess.PortPlaceholder,
        ["AUDIENCES"] = address,
        ["REQUIRE_AUDIENCE"] = "true",
    });
}
