namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>The operator edits the file of access rules while the server runs.</summary>
internal sealed class AccessFileTests
{
    private static readonly Account Validator = Subnet.Validator.Hotkey;
    private static readonly Miner Bob = Subnet.OrdinaryMiner;

    private readonly Miner _stranger = Miner.New();
    private ScratchFolder _folder = null!;
    private ApiProcess? _api;

    private string FilePath => Path.Combine(_folder.Path, "access.json");

    private ServiceClient Client => (_api ?? throw new InvalidOperationException("It does not run.")).Client;

    [SetUp]
    public void SetUp() => _folder = new ScratchFolder("access");

    [TearDown]
    public async Task TearDown()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    [Test]
    public async Task Denial_begins_and_ends_without_a_restart_and_a_broken_edit_changes_nothing()
    {
        await StartAsync("{}");
        Assert.That((await Client.SendAsync(Call.FolderAccess(Bob))).Status, Is.EqualTo(HttpStatusCode.OK));

        Edit($$"""{"denied": [{"coldkey": "{{Bob.Coldkey}}", "reason": "Copies"}]}""");
        await WaitUntilAsync(Bob.Hotkey, "is_denied");
        await AssertRefusedAsync(Call.FolderAccess(Bob), "access_denied");
        Assert.That((await Client.SendAsync(Call.FolderAccess(Bob))).Detail, Does.Contain("Copies"));
        Assert.That((await Client.SendAsync(Call.ValidatorAccess(Validator))).Status, Is.EqualTo(HttpStatusCode.OK));

        Edit("""{"denied": [""");
        await Wait.UntilAsync(async () => (await HealthAsync())["access_rules_problem"] is not null);
        Assert.That((string?)(await HealthAsync())["status"], Is.EqualTo("degraded"));
        Assert.That((await HealthAsync()).ToJsonString(), Does.Not.Contain(_folder.Path));
        await AssertRefusedAsync(Call.FolderAccess(Bob), "access_denied");

        Edit("{}");
        await WaitUntilAsync(Bob.Hotkey, "may_upload");
        Assert.That((await Client.SendAsync(Call.FolderAccess(Bob))).Status, Is.EqualTo(HttpStatusCode.OK));
        await Wait.UntilAsync(async () => (await HealthAsync())["access_rules_problem"] is null);
    }

    [Test]
    public async Task File_that_a_link_replaces_by_one_of_the_same_size_and_time_takes_effect()
    {
        var (first, second) = (Path.Combine(_folder.Path, "1.json"), Path.Combine(_folder.Path, "2.json"));
        foreach (var (path, account) in new[] { (first, Subnet.WithoutStake), (second, _stranger) })
        {
            await File.WriteAllTextAsync(path, $$"""{"readers": [{"hotkey": "{{account.Hotkey}}"}]}""");
            File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch);
        }

        File.CreateSymbolicLink(FilePath, first);
        await StartAsync(rules: null);
        Assert.That((await Client.SendAsync(Call.ValidatorAccess(Subnet.WithoutStake.Hotkey))).Status, Is.EqualTo(HttpStatusCode.OK));

        File.CreateSymbolicLink(FilePath + ".new", second);
        File.Move(FilePath + ".new", FilePath, overwrite: true);
        await WaitUntilAsync(_stranger.Hotkey, "may_read");
        Assert.That((await Client.SendAsync(Call.ValidatorAccess(_stranger.Hotkey))).Status, Is.EqualTo(HttpStatusCode.OK));
        await AssertRefusedAsync(Call.ValidatorAccess(Subnet.WithoutStake.Hotkey), "not_a_validator");
    }

    [Test]
    public async Task Unregistered_uploader_may_upload_as_its_coldkey_and_nothing_else()
    {
        await StartAsync(
            $$"""{"uploaders": [{"hotkey": "{{_stranger.Hotkey}}", "coldkey": "{{_stranger.Coldkey}}", "until": "2099-01-01"}]}""");

        var granted = await Client.GetFolderAccessAsync(_stranger);
        Assert.That(granted.Folder, Is.EqualTo($"data/x/{_stranger.Coldkey}/"));
        Assert.That((await Client.SendAsync(Call.MyFiles(_stranger))).Status, Is.EqualTo(HttpStatusCode.OK));

        var other = await Client.SendAsync(Call.FolderAccess(_stranger with { Coldkey = Bob.Coldkey }));
        Assert.That((other.Status, other.Code), Is.EqualTo((HttpStatusCode.Forbidden, "coldkey_mismatch")));
        await AssertRefusedAsync(Call.ValidatorAccess(_stranger.Hotkey), "hotkey_not_registered");
        await AssertRefusedAsync(Call.Files(_stranger.Hotkey, "miner_coldkey", Bob.Coldkey.Address), "hotkey_not_registered");
        await AssertRefusedAsync(Call.Files(_stranger.Hotkey, "miner_coldkey", _stranger.Coldkey.Address), "hotkey_not_registered");
        var files = await Client.SendAsync(Call.Files(Validator, "miner_hotkey", _stranger.Hotkey.Address));
        Assert.That(files.Status, Is.EqualTo(HttpStatusCode.OK), "validators find its folder by its hotkey");
    }

    [Test]
    public async Task Unregistered_reader_may_read_and_not_upload()
    {
        await StartAsync($$"""{"readers": [{"hotkey": "{{_stranger.Hotkey}}"}]}""");

        Assert.That((await Client.SendAsync(Call.ValidatorAccess(_stranger.Hotkey))).Status, Is.EqualTo(HttpStatusCode.OK));
        var calls = new[] { Call.FolderAccess(_stranger), Call.FileUpload(_stranger, "a.bin", size: 2000), Call.MyFiles(_stranger) };
        foreach (var call in calls)
        {
            await AssertRefusedAsync(call, "hotkey_not_registered");
        }
    }

    private async Task StartAsync(string? rules)
    {
        if (rules is not null)
        {
            await File.WriteAllTextAsync(FilePath, rules);
        }

        _api = await ApiProcess.StartDevelopmentAsync(
            _folder.Sub("data"), new Dictionary<string, string>(StringComparer.Ordinal) { ["ACCESS_FILE"] = FilePath });
    }

    private void Edit(string rules) => AtomicFile.Write(FilePath, rules);

    private Task WaitUntilAsync(Account account, string member) => Wait.UntilAsync(async () =>
        (bool)(await Client.GetAsync($"/hotkeys/{account}")).Json[member]!);

    private async Task<JsonObject> HealthAsync() => (await Client.GetAsync("/healthcheck")).Json;

    private async Task AssertRefusedAsync(Call call, string code)
    {
        foreach (var proof in Enum.GetValues<ProofKind>())
        {
            var answer = await Client.SendAsync(call, proof);
            Assert.That((answer.Status, answer.Code), Is.EqualTo((HttpStatusCode.Forbidden, code)), $"{call.Path} {proof}");
        }
    }
}
