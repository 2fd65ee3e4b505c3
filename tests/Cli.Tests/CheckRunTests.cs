using S3Auth.Cli.Checking.Steps;

namespace S3Auth.Cli.Tests;

public sealed class CheckRunTests
{
    private LocalServer _server = null!;
    private LocalServer _store = null!;
    private KeyPair _hotkey = null!;
    private KeyPair _coldkey = null!;
    private Uri? _uploadUrl;
    private Health _health = null!;
    private HotkeyStatus _status = null!;

    [SetUp]
    public void SetUp()
    {
        (_hotkey, _coldkey) = (KeyPair.FromUri("//Bob"), KeyPair.FromUri("//Bob//cold"));
        (_server, _store) = (new LocalServer(), new LocalServer { Answer = context => RefuseAsync(context) });
        _uploadUrl = null;
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
                context,
                new FolderAccess
                {
                    Folder = "f/",
                    Url = (_uploadUrl ?? new Uri(_store.Address, "bucket")).AbsoluteUri,
                    List_url = new Uri(_server.Address, "list").AbsoluteUri,
                    Expiry_seconds = 60,
                }),
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
        await _store.DisposeAsync();
    }

    [Test]
    public async Task Check_succeeds_in_every_step_if_nothing_is_wrong()
    {
        var results = await RunAsync();

        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(
            results.Select(result => result.Step),
            Is.EqualTo(
            [
                "server", "TLS", "clock", "chain", "store", "hotkey", "coldkey", "signature", "grant", "store address", "list URL",
            ]));
        Assert.That(results, Has.All.Property(nameof(StepResult.IsWarning)).False);
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
    public async Task Check_fails_at_the_hotkey_if_the_operator_denies_it()
    {
        (_status.Is_denied, _status.May_upload) = (true, false);
        _status.Upload_problem = "The operator of this server denies access, for this reason: spam.";

        var failed = await FailAsync();

        Assert.That(
            (failed.Step, failed.Detail, failed.ExitCode), Is.EqualTo(("hotkey", _status.Upload_problem, ExitCode.Refused)));
    }

    [TestCase(true, true, false, "is registered as uid 1 and may upload into its own folder")]
    [TestCase(true, true, true, "is registered as uid 1 and may upload into its own folder and read all miners' files")]
    [TestCase(true, false, false, "is registered as uid 1")]
    [TestCase(false, true, false, "is not registered, but the operator's access rules say that it may upload into its own folder")]
    [TestCase(false, false, true, "is not registered, but the operator's access rules say that it may read all miners' files")]
    public async Task Check_says_what_the_hotkey_may_do(bool isRegistered, bool mayUpload, bool mayRead, string expected)
    {
        (_status.Registered, _status.Uid, _status.May_upload, _status.May_read) = (isRegistered, 1, mayUpload, mayRead);

        var results = await RunAsync();

        Assert.That(results.Single(result => result.Step == "hotkey").Detail, Does.EndWith($"{_hotkey.AccountId} {expected}"));
    }

    [Test]
    public async Task Check_takes_the_coldkey_of_the_chain_if_the_wallet_has_none()
    {
        var results = await RunAsync(readWallet: () => new Wallet(KeyPair.FromUri("//Bob"), coldkey: null));

        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(
            results.Single(result => result.Step == "coldkey").Detail, Does.StartWith($"{_coldkey.AccountId}, as the server says"));
    }

    [Test]
    public async Task Check_fails_at_the_coldkey_if_neither_wallet_nor_chain_knows_it()
    {
        (_status.Registered, _status.Coldkey) = (false, null);

        var failed = await FailAsync(readWallet: () => new Wallet(KeyPair.FromUri("//Bob"), coldkey: null));

        Assert.That((failed.Step, failed.ExitCode), Is.EqualTo(("coldkey", ExitCode.Usage)));
        Assert.That(failed.Detail, Does.Contain("not registered").And.Contain("--coldkey"));
    }

    [TestCase(true, "owns the hotkey on the chain")]
    [TestCase(false, "belongs to the hotkey by the operator's access rules")]
    public async Task Check_says_who_names_another_coldkey(bool isRegistered, string reason)
    {
        using var other = KeyPair.FromUri("//Dave//cold");
        (_status.Registered, _status.May_upload) = (isRegistered, true);

        var failed = await FailAsync(readWallet: () => new Wallet(KeyPair.FromUri("//Bob"), other.AccountId));

        Assert.That((failed.Step, failed.Detail), Is.EqualTo(("coldkey", $"{_coldkey.AccountId} {reason}, not {other.AccountId}")));
        Assert.That(failed.Advice, Does.StartWith($"Pass --coldkey {_coldkey.AccountId}"));
        Assert.That(failed.Advice!.Contains("wallet", StringComparison.Ordinal), Is.EqualTo(isRegistered));
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
    public async Task Check_fails_at_the_store_for_any_problem_of_uploads_by_put()
    {
        (_health.Store.Put_uploads, _health.Store.Put_problem) = ("off", "The store broke.");

        Assert.That((await FailAsync()).Detail, Does.Contain("The store broke."));
    }

    [Test]
    public async Task Check_warns_if_the_store_does_not_enforce_sizes()
    {
        (_health.Store.Put_uploads, _health.Store.Put_problem) = ("safe", "It does not enforce sizes.");

        var warning = await WarnAsync();

        Assert.That((warning.Step, warning.Detail), Is.EqualTo(("store report", "It does not enforce sizes.")));
    }

    [TestCase("safe", true, false, true, "enforced", "safe", true,
        "batches by PUT, multipart uploads; size enforced, SHA-256 enforced, write-once enforced")]
    [TestCase("safe", true, true, null, "accepted", "safe", null,
        "batches by PUT, multipart uploads; size enforced, SHA-256 enforced, write-once not enforced")]
    [TestCase("safe", false, false, null, "unknown", "unsafe", true,
        "batches by POST, no multipart uploads; size enforced, SHA-256 not enforced, write-once not enforced")]
    [TestCase("unsafe", null, true, true, "enforced", "safe", false,
        "batches by POST, no multipart uploads; size enforced, SHA-256 not enforced, write-once not enforced")]
    public async Task Check_says_how_files_are_uploaded(
        string puts, bool? sizes, bool? checksums, bool? payloadHashes, string conditional, string parts, bool? multipart, string detail)
    {
        _health.Store.Capabilities = new CapabilityHealth
        {
            Addressing = "path",
            Put_uploads = puts,
            Put_sizes_enforced = sizes,
            Checksums = checksums,
            Payload_hashes = payloadHashes,
            Conditional_writes = conditional,
            Part_uploads = parts,
            Multipart = multipart,
        };

        Assert.That((await RunAsync()).Single(result => result.Step == "uploads").Detail, Is.EqualTo(detail));
    }

    [Test]
    public async Task Check_warns_of_problems_in_the_servers_report_about_the_store()
    {
        _health.Store.Public_endpoint_problem = "The endpoint is wrong.";
        _health.Store.Checks = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["public_endpoint"] = "fail",
            ["put"] = "fail",
            ["cors"] = "warn",
            ["public_access"] = "fail",
        };

        var warning = await WarnAsync();

        Assert.That(
            (warning.Step, warning.Detail),
            Is.EqualTo(("store report", "The endpoint is wrong.; public_access fails: anyone can use the bucket without a signature")));
        Assert.That(warning.Advice, Does.Contain("doctor"));
    }

    [Test]
    public async Task Check_does_not_say_that_all_is_well_if_it_warns()
    {
        _health.Store.Public_endpoint_problem = "The endpoint is wrong.";

        var (exitCode, output) = await PrintAsync();

        Assert.That(exitCode, Is.EqualTo(ExitCode.Done));
        Assert.That(output, Does.Contain("warn  store report").And.Contain("It works, with 1 warning.").And.Not.Contain("All is"));
    }

    [Test]
    public async Task Check_prints_no_control_characters_of_the_server()
    {
        _status.Coldkey = "5\u001B[2J";

        var (exitCode, output) = await PrintAsync();

        Assert.That(exitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(output, Does.Contain("Pass --coldkey 5\\u{1B}[2J").And.Not.Contain("\u001B"));
    }

    [Test]
    public async Task Check_fails_if_the_store_of_the_grant_does_not_listen()
    {
        await _store.DisposeAsync();

        var failed = await FailAsync();

        Assert.That((failed.Step, failed.ExitCode), Is.EqualTo(("store address", ExitCode.Unreachable)));
        Assert.That((failed.Detail, failed.Advice), Is.EqualTo((
            $"{_store.Address.Authority} refuses the connection",
            "No program listens there. Tell the server's operator: the store is down, or S3_PUBLIC_ENDPOINT is wrong.")));
    }

    [Test]
    public async Task Check_fails_if_dns_does_not_know_the_store_of_the_grant()
    {
        _uploadUrl = new Uri("http://store.invalid/bucket");

        var failed = await FailAsync();

        Assert.That((failed.Step, failed.Detail), Is.EqualTo(("store address", "DNS does not know store.invalid")));
    }

    [Test]
    public async Task Check_fails_while_the_store_answers_5xx()
    {
        _store.Answer = context => RefuseAsync(context, 503);

        Assert.That((await FailAsync()).Detail, Is.EqualTo($"{_store.Address.Authority} answers 503"));
    }

    [Test]
    public async Task Check_warns_if_something_else_answers_instead_of_the_store()
    {
        _store.Answer = context => LocalServer.WriteAsync(context, "<html>"u8.ToArray());

        var warning = await WarnAsync();

        Assert.That((warning.Step, warning.Detail), Is.EqualTo(
            ("store address", $"{_store.Address.Authority} answers 200, but not like an S3 store")));
    }

    [TestCase(-400, "behind")]
    [TestCase(400, "ahead of")]
    public async Task Check_warns_if_the_stores_clock_is_wrong(int seconds, string expected)
    {
        _store.Answer = context =>
        {
            context.Response.Headers["Date"] = DateTimeOffset.UtcNow.AddSeconds(seconds).ToString("r");
            return RefuseAsync(context);
        };

        Assert.That((await WarnAsync()).Detail, Does.Contain("the store's clock is").And.Contain(expected));
    }

    [Test]
    public async Task Check_fails_if_grants_lead_to_this_machine_and_the_server_is_another()
    {
        // No such server exists. The step asks only for its name.
        using var context = new CheckContext(NewSession(quiet: true, new Uri("https://server.example")))
        {
            UploadUrl = new Uri(_store.Address, "bucket"),
        };
        var step = new StoreAddressStep();

        var warning = await step.RunAsync(context, CancellationToken.None);
        await _store.DisposeAsync();
        var failed = await step.RunAsync(context, CancellationToken.None);

        Assert.That(warning!.IsWarning, Is.True);
        Assert.That(failed!.Detail, Is.EqualTo($"grants lead to {_store.Address.Authority}, which is this machine and not the store"));
        Assert.That(new[] { warning.Advice, failed.Advice }, Has.All.Contain("S3_PUBLIC_ENDPOINT"));
    }

    [Test]
    public async Task Check_requests_a_grant_for_one_file_if_folders_are_not_granted()
    {
        var answer = _server.Answer;
        _server.Answer = context => context.Request.Url!.AbsolutePath switch
        {
            "/get-folder-access" => RefuseFoldersAsync(context),
            "/structure-info" => LocalServer.WriteJsonAsync(context, new Structure { Folder_structure = "data/{source}/{coldkey}/" }),
            "/get-file-upload-url" => LocalServer.WriteJsonAsync(
                context, new FileUploadUrl { Method = "PUT", Url = new Uri(_store.Address, "bucket/key?X-Amz-Signature=1").AbsoluteUri }),
            _ => answer(context),
        };

        var results = await RunAsync();

        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(results[^1].Step, Is.EqualTo("store address"));
        Assert.That(_store.Asked, Is.EqualTo(new[] { "GET /bucket/key" }).Or.EqualTo(new[] { "GET /bucket/key " }));
    }

    [TestCase(1024, 5_368_709_120, 1024)]
    [TestCase(0, 100, 100)]
    [TestCase(5000, 6000, 5000)]
    public void File_of_the_check_has_a_size_that_the_deployment_accepts(long min, long max, long expected) =>
        Assert.That(UploadStep.SizeFor(new Structure { Min_bytes = min, Max_bytes = max }), Is.EqualTo(expected));

    [Test]
    public async Task Upload_is_skipped_if_the_smallest_accepted_file_is_large()
    {
        _server.Answer = context => LocalServer.WriteJsonAsync(
            context, new Structure { Folder_structure = "weights/{hotkey}/", Min_bytes = 17 << 20, Max_bytes = 18 << 20 });
        using var check = new CheckContext(NewSession(quiet: true));

        var result = await new UploadStep().RunAsync(check, CancellationToken.None);

        Assert.That((result!.IsOk, result.IsWarning), Is.EqualTo((true, false)));
        Assert.That(_server.Asked, Has.None.Contains("upload"));
    }

    [Test]
    public async Task Hotkey_that_is_unknown_to_chain_and_operator_is_left_to_the_signature_step()
    {
        (_status.Registered, _status.Coldkey) = (false, null);

        var results = await RunAsync();

        Assert.That(results.Select(result => result.Step), Does.Contain("signature").And.Not.Contain("hotkey").And.Not.Contain("coldkey"));
    }

    [Test]
    public async Task Server_that_does_not_know_hotkeys_is_checked_without_them()
    {
        var answer = _server.Answer;
        _server.Answer = context => context.Request.Url!.AbsolutePath.StartsWith("/hotkeys/", StringComparison.Ordinal)
            ? RefuseAsUnknownAsync(context)
            : answer(context);

        var results = await RunAsync();

        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        Assert.That(results.Select(result => result.Step), Does.Contain("signature").And.Not.Contain("hotkey"));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Step_of_a_missing_coldkey_names_the_check_of_validators_if_the_hotkey_may_read(bool mayRead)
    {
        _status.May_read = mayRead;

        var results = await RunAsync(readWallet: () => new Wallet(KeyPair.FromUri("//Bob"), coldkey: null));

        Assert.That(
            results.Single(result => result.Step == "coldkey").Detail.Contains("--validator", StringComparison.Ordinal),
            Is.EqualTo(mayRead));
    }

    [TestCase(true, true, true)]
    [TestCase(true, false, true)]
    [TestCase(false, true, true)]
    [TestCase(false, false, false)]
    public async Task Validator_needs_permit_and_stake_or_the_operators_rules(bool isValidator, bool mayRead, bool isOk)
    {
        (_status.Is_validator, _status.May_read) = (isValidator, mayRead);

        var results = await RunAsync(CheckRun.StepsOfValidator);

        Assert.That(results.Single(result => result.Step == "permit and stake").IsOk, Is.EqualTo(isOk));
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
        using var session = NewSession(quiet: true, server, readWallet);
        var run = new CheckRun(session, steps ?? CheckRun.StepsOfMiner(withUpload: false));
        return await run.RunStepsAsync(CancellationToken.None).ToListAsync();
    }

    private async Task<(ExitCode ExitCode, string Output)> PrintAsync()
    {
        using var output = new StringWriter();
        var console = Console.Out;
        Console.SetOut(output);
        try
        {
            using var session = NewSession(quiet: false);
            var run = new CheckRun(session, CheckRun.StepsOfMiner(withUpload: false));
            return (await run.RunAsync(CancellationToken.None), output.ToString());
        }
        finally
        {
            Console.SetOut(console);
        }
    }

    private async Task<StepResult> WarnAsync()
    {
        var results = await RunAsync();
        Assert.That(results, Has.All.Property(nameof(StepResult.IsOk)).True);
        return results.Single(result => result.IsWarning);
    }

    private Session NewSession(bool quiet, Uri? server = null, Func<Wallet>? readWallet = null) => new(
        new Report(json: false, quiet),
        server ?? _server.Address,
        readWallet ?? (() => new Wallet(KeyPair.FromUri("//Bob"), _coldkey.AccountId)));

    // As a store answers a request without a signature.
    private static Task RefuseAsync(System.Net.HttpListenerContext context, int status = 403)
    {
        context.Response.ContentType = "application/xml";
        return LocalServer.WriteAsync(context, "<Error><Code>AccessDenied</Code></Error>"u8.ToArray(), status);
    }

    private static Task RefuseAsUnknownAsync(System.Net.HttpListenerContext context)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(
            context,
            """{"type":"t","title":"T","status":404,"detail":"No.","code":"not_found","request_id":"1"}"""u8.ToArray(),
            404);
    }

    private static Task RefuseFoldersAsync(System.Net.HttpListenerContext context)
    {
        context.Response.ContentType = "application/problem+json";
        return LocalServer.WriteAsync(
            context,
            """{"type":"t","title":"T","status":409,"detail":"No.","code":"folder_upload_unsupported","request_id":"1"}"""u8.ToArray(),
            409);
    }
}
