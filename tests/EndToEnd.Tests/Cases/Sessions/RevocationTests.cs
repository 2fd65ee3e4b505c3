namespace S3Auth.EndToEnd.Tests.Cases.Sessions;

/// <summary>
/// Runs the commands for Ceph of <c>docs/revocation.md</c> as they are written there. Has a gateway of its own, because they change its
/// role and its user.
/// </summary>
internal sealed class RevocationTests
{
    private const string Page = "docs/revocation.md";
    private const string Name = "s3auth-revocation";

    private static readonly Account Validator = Subnet.Validator.Hotkey;
    private static readonly Miner Denied = Subnet.OrdinaryMiner;

    private static readonly byte[] Content = new byte[2000];

    private readonly ScratchFolder _folder = new("revocation");
    private readonly Subnet _subnet = Subnet.Create(1);
    private CephGateway? _gateway;
    private Bucket _bucket = null!;
    private ApiProcess? _api;

    private Miner Other => _subnet.Miners[0];

    private CephGateway Gateway => _gateway ?? throw new InvalidOperationException("The gateway does not run.");

    private ServiceClient Client => (_api ?? throw new InvalidOperationException("The server does not run.")).Client;

    private string AccessFile => Path.Combine(_folder.Path, "access.json");

    [OneTimeSetUp]
    public async Task Start()
    {
        if (!CephGateway.IsInstalled)
        {
            Assert.Ignore("Skipped because there is no Ceph: install ceph-mon, ceph-osd, radosgw and ceph-common (Debian).");
        }

        Tool.Need("aws", "awscli");
        _gateway = await CephGateway.StartAsync("us-east-2");
        var store = Gateway.Store;
        _bucket = new Bucket(store.Endpoint, store.Region, Name, store.Keys);
        await _bucket.CreateAsync();
        await _bucket.BlockPublicAccessAsync();
        await File.WriteAllTextAsync(AccessFile, "{}");
        var settings = ApiProcess.SettingsWithSessions(store, await _subnet.WriteAsync(_folder), Name, _folder.Sub("data"));
        settings["ACCESS_FILE"] = AccessFile;
        _api = await ApiProcess.StartAsync(settings);
        await WaitForSessionsAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        _bucket?.Dispose();
        _folder.Dispose();
    }

    [Test, Order(1)]
    public async Task Denied_hotkey_gets_no_session_although_one_is_cached()
    {
        await Client.AskAsync<SessionGrant>(Call.Session(Denied));
        AtomicFile.Write(AccessFile, $$"""{"denied": [{"hotkey": "{{Denied.Hotkey}}", "reason": "Copies"}]}""");
        await Wait.UntilAsync(async () => (bool)(await Client.GetAsync($"/hotkeys/{Denied.Hotkey}")).Json["is_denied"]!);

        var refused = await Client.SendAsync(Call.Session(Denied));

        Assert.That((refused.Status, refused.Code), Is.EqualTo((HttpStatusCode.Forbidden, "access_denied")), refused.ToString());
        Assert.That((await Client.SendAsync(Call.Session(Other))).Status, Is.EqualTo(HttpStatusCode.OK));
        AtomicFile.Write(AccessFile, "{}");
        await Wait.UntilAsync(async () => (bool)(await Client.GetAsync($"/hotkeys/{Denied.Hotkey}")).Json["may_upload"]!);
    }

    [Test, Order(2)]
    public async Task Denial_in_the_roles_policy_ends_the_sessions_of_one_hotkey_at_once()
    {
        var (denied, other) = (await SessionOfAsync(Denied), await SessionOfAsync(Other));
        using var first = _bucket.As(denied.Keys);
        using var second = _bucket.As(other.Keys);
        Assert.That(await WorksAsync(first, denied), "before");

        await RunAsync("deny");
        Assert.That(await RunAsync("check"), Does.Contain("denied"));
        Assert.That(await WorksAsync(first, denied), Is.False, "the denied hotkey");
        Assert.That(await WorksAsync(second, other), "another hotkey");

        await RunAsync("undo");
        Assert.That(await WorksAsync(first, denied), "after the undoing");
    }

    [Test, Order(3)]
    public async Task Denial_in_the_buckets_policy_ends_the_sessions_of_one_hotkey_too()
    {
        var (denied, other) = (await SessionOfAsync(Denied), await SessionOfAsync(Other));
        using var first = _bucket.As(denied.Keys);
        using var second = _bucket.As(other.Keys);

        await RunAsync("deny in the bucket");
        Assert.That(await WorksAsync(first, denied), Is.False, "the denied hotkey");
        Assert.That(await WorksAsync(second, other), "another hotkey");
        await _bucket.DeletePolicyAsync();
        Assert.That(await WorksAsync(first, denied), "after the undoing");
    }

    [Test, Order(4)]
    public async Task Denial_of_a_folder_ends_its_upload_grants_but_not_reading_and_not_those_of_others()
    {
        var (denied, other) = (await Client.GetFolderAccessAsync(Denied), await Client.GetFolderAccessAsync(Other));
        Assert.That((await FormUpload.Of(denied.Grant, "before.bin", Content).SendAsync()).Accepted, "before");

        await RunAsync("deny the folder");
        Assert.That((await FormUpload.Of(denied.Grant, "after.bin", Content).SendAsync()).Refused, "the denied folder");
        Assert.That((await FormUpload.Of(other.Grant, "after.bin", Content).SendAsync()).Accepted, "another folder");
        Assert.That((await Presigned.GetAsync(denied.ListUrl)).Accepted, "the listing");
        await _bucket.DeletePolicyAsync();
        Assert.That((await FormUpload.Of(denied.Grant, "again.bin", Content).SendAsync()).Accepted, "after the undoing");
    }

    [Test, Order(5)]
    public async Task Session_ends_with_the_policy_of_its_role()
    {
        var session = await SessionOfAsync(Denied);
        using var own = _bucket.As(session.Keys);
        Assert.That(await WorksAsync(own, session), "before");

        await Gateway.AdministerAsync("role-policy", "delete", "--role-name", CephGateway.SessionRoleName, "--policy-name", "widest");
        Assert.That(await WorksAsync(own, session), Is.False);
        await Gateway.AdministerAsync("role", "delete", "--role-name", CephGateway.SessionRoleName);
        Assert.That(await WorksAsync(own, session), Is.False);
    }

    [Test, Order(6)]
    public async Task Deletion_of_the_key_ends_all_urls()
    {
        var url = (await Client.GetValidatorAccessAsync(Validator)).Urls.Global["list_all_data"];
        Assert.That((await Presigned.GetAsync(url)).Accepted, "before");

        await RunAsync("delete the key");

        Assert.That((await Presigned.GetAsync(url)).Refused);
    }

    private async Task<SessionGrant> SessionOfAsync(Miner miner) => await Client.AskAsync<SessionGrant>(Call.Session(miner));

    private static async Task<bool> WorksAsync(Bucket bucket, SessionGrant session)
    {
        try
        {
            await bucket.PutAsync(session.Prefixes[0] + "file.bin", Content);
            await bucket.ListAsync(session.Prefixes[0]);
            await bucket.GetAsync(session.Prefixes[0] + "file.bin");
            return true;
        }
        catch (Amazon.S3.AmazonS3Exception refused) when (refused.ErrorCode == "AccessDenied")
        {
            return false;
        }
    }

    /// <summary>Runs the block of the page with this mark. Returns its output.</summary>
    private async Task<string> RunAsync(string mark)
    {
        var page = (await File.ReadAllTextAsync(Path.Combine(Repository.Root, Page))).ReplaceLineEndings("\n");
        var block = Regex.Match(
            page,
            $@"<!-- ceph: {Regex.Escape(mark)} -->\n\n```sh\n(?<commands>.*?)\n```\n",
            RegexOptions.Singleline | RegexOptions.ExplicitCapture,
            TimeSpan.FromSeconds(1));
        Assert.That(block.Success, $"{Page} has no block {mark}.");
        var store = Gateway.Store;
        var result = await Tool.RunAsync(
            Tool.Need("bash", "bash"),
            ["-euo", "pipefail", "-c", block.Groups["commands"].Value],
            environment: new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["CEPH_CONF"] = Gateway.Configuration,
                ["HOTKEY"] = Denied.Hotkey.Address,
                ["ROLE"] = CephGateway.SessionRoleName,
                ["BUCKET"] = Name,
                ["FOLDER"] = $"data/*/{Denied.Coldkey}",
                ["STORE_USER"] = "operator",
                ["OLD_KEY"] = store.Keys.Id,
                ["S3_ENDPOINT"] = store.Endpoint.GetLeftPart(UriPartial.Authority),
                ["AWS_ACCESS_KEY_ID"] = store.Keys.Id,
                ["AWS_SECRET_ACCESS_KEY"] = store.Keys.Secret,
                ["AWS_DEFAULT_REGION"] = store.Region,
                ["AWS_CONFIG_FILE"] = "/nonexistent",
                ["AWS_SHARED_CREDENTIALS_FILE"] = "/nonexistent",
                ["NO_PROXY"] = "*",
            });
        return result.Expect();
    }

    /// <summary>Waits until the server has found out that the store enforces the limits of sessions.</summary>
    private Task WaitForSessionsAsync() => Wait.UntilAsync(
        async () => (await Client.SendAsync(Call.Session(Other))).Status == HttpStatusCode.OK, timeout: TimeSpan.FromMinutes(3));
}
