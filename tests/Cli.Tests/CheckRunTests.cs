namespace S3Auth.Cli.Tests;

public sealed class CheckRunTests
{
    private LocalServer _server = null!;
    private KeyPair _hotkey = null!;
    private KeyPair _coldkey = null!;
    private Health _health = null!;
    private HotkeyStatus _status = null!;

    [SetUp]
    public void SetUp()
    {
        (_server, _hotkey, _coldkey) = (new LocalServer(), KeyPair.FromUri("//Bob"), KeyPair.FromUri("//Bob//cold"));
        _health = new Health
        {
            Bucket = "bucket",
            Region = "region",
            S3_ok = true,
            Store = new StoreHealth { Put_uploads = "off" },
            Metagraph_syncer = new MetagraphHealth { Network = "finney", Netuid = 13, Block = 7 },
        };
        _status = new HotkeyStatus
        {
            Registered = true,
            Uid = 3,
            Coldkey = _coldkey.AccountId.ToString(),
            Alpha_stake = 5,
            Validator_permit = true,
        };
        _server.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/healthz" => LocalServer.WriteAsync(context, []),
            "/commitment-formats" => LocalServer.WriteJsonAsync(
                context, new CommitmentFormats { Server_time = DateTimeOffset.UtcNow.ToUnixTimeSeconds() }),
            "/healthcheck" => LocalServer.WriteJsonAsync(context, _health),
            "/status" => LocalServer.WriteJsonAsync(context, new Status { Min_validator_stake = 20000 }),
            "/get-folder-access" => LocalServer.WriteJsonAsync(
                context, new FolderAccess { Folder = "f/", List_url = new Uri(_server.Address, "list").AbsoluteUri, Expiry_seconds = 60 }),
            "/list" => LocalServer.WriteAsync(context, []),
            var path when path.StartsWith("/hotkeys/", StringComparison.Ordinal) => LocalServer.WriteJsonAsync(context, _status),
            _ => LocalServer.WriteAsync(context, [], 404),
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        _hotkey.Dispose();
        _coldkey.Dispose();
        await _server.DisposeAsync();
    }

    [Test]
    public async Task Check_succeeds_in_every_step_if_nothing_is_wrong()
    {
        var results = await RunAsync();

        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(
            results.Select(result => result.Step),
            Is.EqualTo(["server", "TLS", "clock", "chain", "store", "hotkey", "coldkey", "signature", "grant", "list URL"]));
    }

    [Test]
    public async Task Check_names_the_http_address_of_a_server_without_tls()
    {
        var failed = await FailAsync(server: new UriBuilder(_server.Address) { Scheme = "https" }.Uri);

        Assert.That((failed.Step, failed.ExitCode), Is.EqualTo(("TLS", ExitCode.Unreachable)));
        Assert.That(failed.Advice, Does.Contain($"http://{_server.Address.Authority}"));
    }

    [Test]
    public async Task Check_fails_at_the_wallet_if_it_cannot_be_read()
    {
        var failed = await FailAsync(readWallet: () => throw new UsageException("The coldkey file is broken."));

        Assert.That((failed.Step, failed.Detail, failed.ExitCode), Is.EqualTo(("wallet", "The coldkey file is broken.", ExitCode.Usage)));
        Assert.That(failed.Advice, Does.Contain("--coldkey"));
    }

    [Test]
    public async Task Check_names_the_coldkey_of_the_chain_if_the_wallet_has_none()
    {
        var failed = await FailAsync(readWallet: () => new Wallet(KeyPair.FromUri("//Bob"), coldkey: null));

        Assert.That((failed.Step, failed.ExitCode), Is.EqualTo(("coldkey", ExitCode.Refused)));
        Assert.That(failed.Advice, Does.Contain($"--coldkey {_coldkey.AccountId}"));
    }

    [Test]
    public async Task Check_fails_at_the_store_if_the_store_refuses_the_server()
    {
        _health.Store.Problem = "AccessDenied: the key may not list.";

        var failed = await FailAsync();

        Assert.That(
            (failed.Step, failed.Detail), Is.EqualTo(("store", "the store refuses the server: AccessDenied: the key may not list.")));
    }

    [Test]
    public async Task Check_fails_at_the_store_if_it_does_not_accept_upload_forms()
    {
        _health.Store.Post_problem = "It answers 501.";

        Assert.That((await FailAsync()).Detail, Is.EqualTo("the store does not accept upload forms: It answers 501."));
    }

    [TestCase("unsafe")]
    [TestCase("unknown")]
    public async Task Check_fails_at_the_store_if_uploads_by_put_are_not_granted(string state)
    {
        _health.Store.Put_uploads = state;

        Assert.That((await FailAsync()).Detail, Does.StartWith("the server does not grant uploads by PUT"));
    }

    [Test]
    public async Task Check_of_a_validator_ignores_problems_of_uploads()
    {
        (_health.Store.Post_problem, _status.Alpha_stake) = ("It answers 501.", 1);

        Assert.That((await FailAsync(CheckRun.StepsOfValidator)).Step, Is.EqualTo("permit and stake"));
    }

    [Test]
    public async Task Check_names_the_stake_that_a_validator_needs()
    {
        var failed = await FailAsync(CheckRun.StepsOfValidator);

        Assert.That((failed.Step, failed.Detail), Is.EqualTo(("permit and stake", "it has a validator permit and 5 alpha staked")));
        Assert.That(failed.Advice, Does.Contain("more than 20000 alpha"));
    }

    [Test]
    public async Task Check_fails_with_advice_at_any_step_that_throws()
    {
        var answer = _server.Answer;
        _server.Answer = context => context.Request.Url!.AbsolutePath == "/healthcheck"
            ? LocalServer.WriteAsync(context, "<html>"u8.ToArray(), 502)
            : answer(context);

        var failed = await FailAsync();

        Assert.That((failed.Step, failed.ExitCode), Is.EqualTo(("server", ExitCode.Unreachable)));
        Assert.That(failed.Advice, Is.Not.Empty);
    }

    private async Task<StepResult> FailAsync(IReadOnlyList<ICheckStep>? steps = null, Uri? server = null, Func<Wallet>? readWallet = null)
    {
        var results = await RunAsync(steps, server, readWallet);
        Assert.That(results.SkipLast(1), Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(results[^1].IsOk, Is.False);
        return results[^1];
    }

    private async Task<List<StepResult>> RunAsync(
        IReadOnlyList<ICheckStep>? steps = null, Uri? server = null, Func<Wallet>? readWallet = null)
    {
        using var session = new Session(
            new Report(json: false, quiet: true),
            server ?? _server.Address,
            readWallet ?? (() => new Wallet(KeyPair.FromUri("//Bob"), _coldkey.AccountId)));
        var run = new CheckRun(session, steps ?? CheckRun.StepsOfMiner(withUpload: false));
        return await run.RunStepsAsync(CancellationToken.None).ToListAsync();
    }
}
