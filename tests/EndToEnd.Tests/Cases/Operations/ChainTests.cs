namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>
/// Reading the chain from a node that is healthy, unreachable, hung, killed or restarted, and starting without a node.
/// </summary>
internal sealed class ChainTests : ChainFixture
{
    [Test]
    public async Task Chain_says_who_is_who()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));

        var miner = await GrantAsync(api, Subnet.OrdinaryMiner);
        var stranger = await AskAsync(api, Miner.Development("Charlie"));
        var thief = await AskAsync(api, Subnet.OrdinaryMiner with { Coldkey = Subnet.Validator.Coldkey });
        var validators =
            await Task.WhenAll(((Miner[])[Subnet.Validator, Subnet.WithoutStake, Subnet.WithTheMinimum, Subnet.WithoutPermit]).Select(
            async account => (await api.Client.PostAsync(ServiceClient.FileUrlsPath, ServiceClient.FileUrlsBody(
                account.Hotkey,
                "miner_hotkey",
                Subnet.OrdinaryMiner.Hotkey.Address,
                [$"data/x/{Subnet.OrdinaryMiner.Coldkey}/file"]))).Code));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(miner, Is.EqualTo($"data/x/{Subnet.OrdinaryMiner.Coldkey}/"));
            Assert.That(((int)stranger.Status, stranger.Code), Is.EqualTo((403, "hotkey_not_registered")));
            Assert.That(stranger.Detail, Does.Contain("netuid 46 of network Test Chain (block 1000)"));
            Assert.That(((int)thief.Status, thief.Code), Is.EqualTo((403, "coldkey_mismatch")));
            Assert.That(validators, Is.EqualTo(new[] { null, "not_a_validator", "not_a_validator", "not_a_validator" }));
        }
    }

    [Test]
    public async Task Health_and_readiness_tell_block_age_endpoint_and_error_but_no_key()
    {
        var node = await NodeAsync();
        var api = await StartAsync($"{Address(node)}/path/very-private?apikey=very-private");

        var health = await api.Client.GetAsync("/healthcheck");
        var syncer = await UntilAsync(api, state => state["age_seconds"] is not null);
        var ready = await api.Client.GetAsync("/readyz");
        node.Misbehaviour = Misbehaviour.Error;
        var failing = await UntilAsync(
            api, state => ((string?)state["last_error"])?.Contains("with error -32000", StringComparison.Ordinal) is true);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((bool?)syncer["enabled"], Is.True);
            Assert.That((int?)syncer["netuid"], Is.EqualTo(46));
            Assert.That((string?)syncer["network"], Is.EqualTo("Test Chain"));
            Assert.That((int?)syncer["block"], Is.EqualTo(1000));
            Assert.That((int?)syncer["hotkeys_count"], Is.EqualTo(5));
            Assert.That((string?)syncer["last_sync"], Does.Match(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$"));
            Assert.That((string?)syncer["endpoint"], Is.EqualTo(Address(node)));
            Assert.That((int?)ready.Json["metagraph_syncer"]!["block"], Is.EqualTo(1000));
            Assert.That(health.Text + ready.Text + failing.ToJsonString(), Does.Not.Contain("private").And.Not.Contain("secret"));
            Assert.That(api.ReadLog().Select(entry => entry.ToString()), Has.None.Contains("private"));
        }
    }

    [Test]
    public async Task Service_that_starts_before_its_node_is_ready_when_the_node_comes()
    {
        var port = FreePort.Next();
        var api = await StartAsync(Address(port), ready: false);

        var ready = await api.Client.GetAsync("/readyz");
        var refused = await AskAsync(api, Subnet.OrdinaryMiner);
        var forged = ServiceClient.FolderAccessBody(Subnet.OrdinaryMiner);
        forged["signature"] = new string('0', 128);
        var wrong = await api.Client.PostAsync(ServiceClient.FolderAccessPath, forged);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((await api.Client.GetAsync("/healthcheck")).Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((503, "chain_unavailable")), refused.ToString());
            Assert.That(int.Parse(refused.RetryAfter!, CultureInfo.InvariantCulture), Is.Positive);
            Assert.That(wrong.Code, Is.EqualTo("chain_unavailable"), "nobody is called invalid by a server that cannot know");
        }

        await NodeAsync(port);
        await api.WaitUntilReadyAsync();
        await GrantAsync(api, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task Check_says_that_the_server_has_not_read_the_chain_yet()
    {
        var api = await StartAsync(Address(FreePort.Next()), ready: false);

        var (result, records) = await new S3AuthTool(api.Address, Folder).RunJsonAsync("check", "--suri", "//Bob");

        Assert.That(
            (result.ExitCode, (string?)records[^1]["step"], (bool?)records[^1]["ok"]), Is.EqualTo((5, "chain", false)), result.Errors);
        Assert.That((string?)records[^1]["detail"], Does.Contain("has not read netuid 46"));
    }

    [Test]
    public async Task Node_that_is_away_for_longer_than_the_staleness_stops_grants_until_it_is_back()
    {
        // The block is always new, so that the snapshot is fresh until the node is gone, however long the service needs to start.
        const int Staleness = 30;
        var node = await NodeAsync();
        node.BlockTime = _ => DateTimeOffset.UtcNow;
        var api = await StartAsync(Address(node), staleness: Staleness);
        await StopAsync(node);

        await UntilAsync(api, state => (int?)state["age_seconds"] > Staleness);
        var refused = await AskAsync(api, Subnet.OrdinaryMiner);
        var ready = await api.Client.GetAsync("/readyz");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((503, "chain_unavailable")), refused.ToString());
            Assert.That(refused.RetryAfter, Is.Not.Null);
            Assert.That(refused.Text, Does.Not.Contain("127.0.0.1"), "no internal host");
            Assert.That(ready.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
            Assert.That((string?)ready.Json["failing"]!["metagraph"], Does.Contain("cannot be reached"));
            Assert.That((int?)ready.Json["metagraph_syncer"]!["block"], Is.EqualTo(1000), "health shows the old snapshot");
        }

        await NodeAsync(node.Address.Port);
        await api.WaitUntilReadyAsync();
        await GrantAsync(api, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task Node_killed_and_restarted_under_load_fails_no_request()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));
        using var stop = new CancellationTokenSource();
        var answers = new ConcurrentBag<HttpStatusCode>();
        var load = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                answers.Add((await AskAsync(api, Subnet.OrdinaryMiner)).Status);
            }
        })));

        for (var i = 0; i < 3; i++)
        {
            var port = node.Address.Port;
            await StopAsync(node);
            await UntilAsync(api, state => state["last_error"] is not null);
            var answered = answers.Count;
            await Wait.UntilAsync(() => answers.Count > answered + 40, "No requests are answered while the node is down.");
            node = await NodeAsync(port);
            node.Block += (ulong)(i + 1);
            await UntilAsync(api, state => (ulong?)state["block"] == node.Block);
        }

        await stop.CancelAsync();
        await load;
        Assert.That(answers, Is.All.EqualTo(HttpStatusCode.OK));
        Assert.That(answers, Has.Count.GreaterThan(100));
    }

    [Test]
    public async Task Hung_node_makes_no_request_wait()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));
        node.Misbehaviour = Misbehaviour.Hang;
        await Wait.UntilAsync(() => node.Waiting > 0);

        (string Kind, Func<Task> Ask)[] kinds =
        [
            ("granted", () => GrantAsync(api, Subnet.OrdinaryMiner)),
            ("refused", () => AskAsync(api, Miner.Development("Charlie"))),
            ("readiness", () => api.Client.GetAsync("/readyz")),
        ];
        foreach (var (kind, ask) in kinds)
        {
            var times = new List<TimeSpan>();
            for (var i = 0; i < 20; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await ask();
                times.Add(Stopwatch.GetElapsedTime(start));
            }

            // The median, because one request can take long on a busy machine.
            var median = times.Order().ElementAt(times.Count / 2);
            Figures.Print("Hung node", $"{kind}: median {median.TotalMilliseconds:F0} ms");
            Assert.That(median, Is.LessThan(TimeSpan.FromSeconds(2)), kind);
        }
    }

    [Test]
    public async Task Next_node_is_read_while_the_preferred_one_is_away_and_the_preferred_one_again_when_it_is_back()
    {
        var (preferred, next) = (await NodeAsync(), await NodeAsync());
        var api = await StartAsync($"{Address(preferred)},{Address(next)}");
        await UntilAsync(api, state => (string?)state["endpoint"] == Address(preferred));

        await StopAsync(preferred);
        await UntilAsync(api, state => (string?)state["endpoint"] == Address(next));
        await GrantAsync(api, Subnet.OrdinaryMiner);

        await NodeAsync(preferred.Address.Port);
        await UntilAsync(api, state => (string?)state["endpoint"] == Address(preferred));
        await GrantAsync(api, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task Restart_while_no_node_answers_goes_on_where_it_stopped()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));
        await api.StopAsync();
        await StopAsync(node);

        var again = await StartAsync(Address(node));
        await GrantAsync(again, Subnet.OrdinaryMiner);
        await again.StopAsync();

        var otherSubnet = await StartAsync(Address(node), netuid: 47, ready: false);
        Assert.That((await AskAsync(otherSubnet, Subnet.OrdinaryMiner)).Code, Is.EqualTo("chain_unavailable"));
        await otherSubnet.StopAsync();

        var otherNode = await StartAsync(Address(FreePort.Next()), ready: false);
        Assert.That((await AskAsync(otherNode, Subnet.OrdinaryMiner)).Code, Is.EqualTo("chain_unavailable"));
    }

    [Test]
    public async Task Power_cut_leaves_a_snapshot_to_start_with()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));
        for (var i = 0; i < 5; i++)
        {
            node.Block++;
            await UntilAsync(api, state => (ulong?)state["block"] == node.Block);
        }

        await api.KillAsync();
        await StopAsync(node);

        var again = await StartAsync(Address(node));
        await GrantAsync(again, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task New_miner_waits_for_a_block_not_for_the_next_sync()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node), interval: 3600);
        node.State = RecordedAnswers.State("after-registration");
        node.Block++;
        var miner = Miner.Development("Charlie");

        Assert.That((await AskAsync(api, miner)).Code, Is.EqualTo("hotkey_not_registered"));
        await Wait.UntilAsync(async () => (await AskAsync(api, miner)).Status == HttpStatusCode.OK);
        Assert.That(node.StateCalls, Is.EqualTo(2));
    }

    [Test]
    public async Task Coldkey_that_took_over_a_hotkey_works_after_the_next_sync_and_the_one_before_no_more()
    {
        var node = await NodeAsync();
        var api = await StartAsync(Address(node));
        var swapped = Subnet.OrdinaryMiner with { Coldkey = Account.Development("//Bob//new-cold") };
        Assert.That((await AskAsync(api, swapped)).Code, Is.EqualTo("coldkey_mismatch"));

        node.State = RecordedAnswers.State("after-coldkey-swap");
        await Wait.UntilAsync(async () => (await AskAsync(api, swapped)).Status == HttpStatusCode.OK);

        Assert.That((await AskAsync(api, Subnet.OrdinaryMiner)).Code, Is.EqualTo("coldkey_mismatch"));
    }

    [Test]
    public async Task Node_behind_tls_is_read_when_its_certificate_is_trusted()
    {
        using var authority = new TestCertificate();
        var bundle = Path.Combine(Folder.Path, "trusted.pem");
        await File.WriteAllTextAsync(bundle, authority.AuthorityPem);
        var node = Own(await TestNode.StartAsync(certificate: authority.ForLocalhost));
        node.State = RecordedAnswers.State("subnet");
        var address = string.Create(CultureInfo.InvariantCulture, $"wss://localhost:{node.Address.Port}");

        var untrusting = await StartAsync(address, ready: false);
        var problem = await UntilAsync(untrusting, state => state["last_error"] is not null);
        Assert.That((string?)problem["last_error"], Does.EndWith("no trusted TLS connection."));
        await untrusting.StopAsync();

        var trusting = await StartAsync(address, environment: new() { ["SSL_CERT_FILE"] = bundle });
        await GrantAsync(trusting, Subnet.OrdinaryMiner);
    }

    [Test]
    public async Task Proxy_is_not_between_the_service_and_a_node_of_its_own_machine_and_its_password_in_no_log()
    {
        // A server that refuses to be a proxy.
        var proxy = await NodeAsync();
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in (string[])["http_proxy", "https_proxy", "all_proxy"])
        {
            environment[variable] = $"http://somebody:very-private@127.0.0.1:{proxy.Address.Port}";
        }

        var node = await NodeAsync();
        var own = await StartAsync(Address(node), environment: environment);
        await GrantAsync(own, Subnet.OrdinaryMiner);
        Assert.That(proxy.Connections, Is.Zero);
        await own.StopAsync();

        var far = await StartAsync("wss://node.invalid", ready: false, environment: environment);
        var problem = await UntilAsync(far, state => state["last_error"] is not null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(
                (string?)problem["last_error"],
                Does.Contain("cannot be reached").And.Not.Contain("name"),
                "the proxy was asked, not the name's address");
            Assert.That(far.ReadLog().Select(entry => entry.ToString()), Has.None.Contains("private"));
            Assert.That((await far.Client.GetAsync("/readyz")).Text, Does.Not.Contain("private"));
        }
    }

    [Test]
    public async Task Node_of_another_machine_without_tls_is_warned_of()
    {
        var api = await StartAsync("ws://192.0.2.1:9944/?apikey=very-private", ready: false);

        await api.UntilLoggedAsync("ws://192.0.2.1:9944 is read without TLS");
        Assert.That(api.ReadLog().Select(entry => entry.ToString()), Has.None.Contains("private"));
    }
}
