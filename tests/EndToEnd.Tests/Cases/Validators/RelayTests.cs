namespace S3Auth.EndToEnd.Tests.Cases.Validators;

/// <summary>Two servers with the same validator: a request for one of them is worth nothing at the other.</summary>
internal sealed class RelayTests
{
    private ScratchFolder _folder = null!;
    private ApiProcess _meant = null!;
    private ApiProcess _other = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _folder = new ScratchFolder("relay");
        _meant = await StartAsync("46");
        _other = await StartAsync("47");
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
    [TestCase(ProofKind.Headers)]
    public async Task Request_that_a_server_passes_on_is_refused_and_stays_good(ProofKind proof)
    {
        var audience = _meant.Address.Authority;
        var plain = Call.ValidatorAccess(Subnet.Validator.Hotkey).With("audience", audience);
        var call = plain with { Commitment = timestamp => $"{plain.Commitment(timestamp)}:{audience}" };
        var body = proof == ProofKind.Commitment ? Encoding.UTF8.GetBytes(call.Committed().ToJsonString()) : call.Bare();
        var headers = TaoProof.Of(call.Signer, body);
        Task<Answer> SendTo(ApiProcess api) =>
            proof == ProofKind.Commitment ? api.Client.PostAsync(call.Path, body) : api.Client.PostAsync(call.Path, body, headers);

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
    public async Task Tool_and_library_name_the_server_that_they_call()
    {
        using var client = new S3AuthClient(_meant.Address, Subnet.Validator.Hotkey.Keys);
        Assert.That(await client.CreateReader().ListMinersAsync(), Is.Empty);

        var tool = new S3AuthTool(_meant.Address, _folder);
        (await tool.RunAsync("check", "--validator", "--suri", "//Alice")).Expect();
        var (signed, records) = await tool.RunJsonAsync("sign", "validator-access", "--suri", "//Alice");
        signed.Expect();
        Assert.That(
            (await _meant.Client.PostAsync(ServiceClient.ValidatorAccessPath, (JsonNode)records.Single()["body"]!)).Status,
            Is.EqualTo(HttpStatusCode.OK));
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

    private Task<ApiProcess> StartAsync(string netuid) =>
        ApiProcess.StartDevelopmentAsync(_folder.Sub(netuid), new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["NET_UID"] = netuid,
        ["PUBLIC_URL"] = "http://127.0.0.1:" + ApiProcess.PortPlaceholder,
        ["REQUIRE_AUDIENCE"] = "true",
    });
}
