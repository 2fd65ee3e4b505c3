namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>
/// The server signs with temporary keys of a role, as in an ECS task. The real store issues them, with the minimum rights. No grant lasts
/// longer than its keys.
/// </summary>
internal sealed class TemporaryCredentialTests
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(120);

    private ScratchFolder _folder = null!;
    private RealStore _store = null!;
    private Bucket _bucket = null!;

    [OneTimeSetUp]
    public async Task CreateBucket()
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        _folder = new ScratchFolder("temporary");
        _store = await TestRun.Current.RealStore.GetAsync();
        _bucket = new Bucket(
            _store.Endpoint, _store.Region, "s3auth-e2e-" + RandomNumberGenerator.GetHexString(12, lowercase: true), _store.Keys);
        await _bucket.CreateAsync();
    }

    [OneTimeTearDown]
    public async Task RemoveBucket()
    {
        if (_bucket is not null)
        {
            await _bucket.RemoveAsync();
            _bucket.Dispose();
        }

        _folder?.Dispose();
    }

    [Test]
    public async Task Grants_say_when_the_credentials_end_work_until_then_and_no_longer()
    {
        var keys = await SecurityTokens.AssumeRoleAsync(_store, Life);
        await using var role = new RoleEndpoint(keys);
        await using var api = await StartAsync(role);
        role.Keys = null;
        var miner = Subnet.OrdinaryMiner;
        var end = keys.Ends.ToUnixTimeSeconds();

        var before = ServiceClient.Now;
        var access = await api.Client.GetFolderAccessAsync(miner);
        var after = ServiceClient.Now;
        Assert.That((await FormUpload.Of(access.Grant, "file.bin", new byte[2000]).SendAsync()).Accepted, "the form");
        var validator = await api.Client.GetValidatorAccessAsync(Subnet.Validator.Hotkey);
        var files = await api.Client.AskAsync<FileList>(Call.Files(Subnet.Validator.Hotkey, "miner_coldkey", miner.Coldkey.Address));
        var download = files.Files.Single().DownloadUrl!;
        var one = await api.Client.AskAsync<FileUpload>(Call.FileUpload(miner, "one.bin"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(SecondsOf(access.Expiry), Is.EqualTo(end));
            Assert.That(SecondsOf(validator.Expiry), Is.EqualTo(end));
            Assert.That(access.ExpirySeconds, Is.InRange(end - after - 1, end - before + 1));
            Assert.That(
                PolicyOf(access.Fields)["expiration"]!.GetValue<string>(),
                Is.EqualTo(keys.Ends.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)));
            foreach (var url in (string[])[access.ListUrl, download, validator.Miners.Single().Folders[0].ListUrl])
            {
                Assert.That(EndOf(url), Is.EqualTo(end), url[..url.IndexOf('?', StringComparison.Ordinal)]);
                Assert.That(Presigned.Parameter(url, "X-Amz-Security-Token"), Is.EqualTo(keys.Token));
            }

            Assert.That(access.Fields["x-amz-security-token"], Is.EqualTo(keys.Token));
            Assert.That(one.Fields["x-amz-security-token"], Is.EqualTo(keys.Token));
        }

        // The provider is down all this time; no grant ends early.
        await UntilAsync(keys.Ends.AddSeconds(-30));
        Assert.That((await Presigned.GetAsync(access.ListUrl)).Accepted, "the listing, just before the end");
        Assert.That((await Presigned.GetAsync(download)).Accepted, "the download, just before the end");
        Assert.That((await FormUpload.Of(access.Grant, "late.bin", new byte[2000]).SendAsync()).Accepted, "the form, just before the end");
        Assert.That((await api.Client.GetFolderAccessAsync(miner)).ExpirySeconds, Is.InRange(1, 30), "what is granted now");

        await UntilAsync(keys.Ends.AddSeconds(2));
        Assert.That((await Presigned.GetAsync(access.ListUrl)).Refused, "the listing, after the end");
        Assert.That((await Presigned.GetAsync(download)).Refused, "the download, after the end");
        Assert.That((await FormUpload.Of(access.Grant, "too-late.bin", new byte[2000]).SendAsync()).Refused, "the form, after the end");
        var refused = await api.Client.SendAsync(Call.FolderAccess(miner));
        Assert.That(((int)refused.Status, refused.Code), Is.EqualTo((503, "storage_unavailable")), refused.ToString());

        role.Keys = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromMinutes(15));
        var again = await EventuallyAsync(api, miner, access => SecondsOf(access.Expiry) == role.Keys.Ends.ToUnixTimeSeconds());
        Assert.That(
            (await Presigned.ListAsync(again.ListUrl)).Keys, Is.EquivalentTo([access.Folder + "file.bin", access.Folder + "late.bin"]));
        AssertNothingSecretIsLogged(api, keys, role.Keys);
    }

    [Test]
    public async Task Rotated_credentials_are_used_without_a_restart()
    {
        var first = await SecurityTokens.AssumeRoleAsync(_store, Life);
        await using var role = new RoleEndpoint(first);
        await using var api = await StartAsync(role);
        var miner = Subnet.OrdinaryMiner;
        Assert.That((await api.Client.GetFolderAccessAsync(miner)).Fields["x-amz-security-token"], Is.EqualTo(first.Token));

        var second = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromMinutes(15));
        role.Keys = second;
        var access = await EventuallyAsync(
            api, miner, access => string.Equals(access.Fields["x-amz-security-token"], second.Token, StringComparison.Ordinal));

        Assert.That(ServiceClient.Now, Is.LessThan(first.Ends.ToUnixTimeSeconds()), "long before the first ones end");
        Assert.That(SecondsOf(access.Expiry), Is.EqualTo(second.Ends.ToUnixTimeSeconds()));
        Assert.That((await FormUpload.Of(access.Grant, "rotated.bin", new byte[2000]).SendAsync()).Accepted);
        Assert.That((await Presigned.ListAsync(access.ListUrl)).Keys, Does.Contain(access.Folder + "rotated.bin"));
        AssertNothingSecretIsLogged(api, first, second);
    }

    [Test]
    [Category("Nightly")]
    public async Task Library_goes_on_uploading_with_another_grant_when_one_nears_its_end()
    {
        var first = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromSeconds(30));
        await using var role = new RoleEndpoint(first);
        await using var api = await StartAsync(role);
        var second = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromMinutes(15));
        var miner = Subnet.OrdinaryMiner;
        using var client = new S3AuthClient(api.Client.Address, miner.Hotkey.Keys, new S3AuthClientOptions { Attempts = 1 });
        var uploader = client.CreateUploader(miner.Coldkey.Keys.AccountId);
        var number = 0;
        async Task UploadAsync() => await uploader.UploadAsync(LibraryTests.FileOf($"renewed-{number++}.bin", new byte[2000]));

        await UploadAsync();
        role.Keys = second;
        while (DateTimeOffset.UtcNow < first.Ends.AddSeconds(2))
        {
            await Task.Delay(500);
            await UploadAsync();
        }

        Assert.That(number, Is.GreaterThan(20), "The machine is too slow for so short a life.");
        Assert.That(await _bucket.ListKeysAsync($"data/x/{miner.Coldkey}/renewed-"), Has.Count.EqualTo(number));
        // Not a grant a file: the first, and those of the last quarter of each until the service has the new keys.
        Assert.That(api.ReadLog().Count(entry => entry.Level == LogEntry.AuditLevel), Is.InRange(2, 10));
    }

    [Test]
    [Category("Nightly")]
    public async Task Grants_of_an_instances_role_last_as_long_as_its_credentials_and_no_longer()
    {
        var keys = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromSeconds(90));
        var lasting = keys with { Ends = DateTimeOffset.FromUnixTimeSeconds(ServiceClient.Now).AddHours(5) };
        await using var role = new RoleEndpoint(lasting);
        var settings = await SettingsAsync();
        settings["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = role.OfInstance.GetLeftPart(UriPartial.Authority);
        settings["AWS_EC2_METADATA_DISABLED"] = "false";
        await using (var api = await ApiProcess.StartAsync(settings))
        {
            Assert.That(
                SecondsOf((await api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner)).Expiry),
                Is.EqualTo(lasting.Ends.ToUnixTimeSeconds()));
        }

        role.Keys = keys;
        await using var again = await ApiProcess.StartAsync(settings);
        // Half away: the SDK would make up a new end for what it had.
        role.Keys = null;
        await UntilAsync(keys.Ends.AddSeconds(-15));
        Assert.That(
            SecondsOf((await again.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner)).Expiry), Is.EqualTo(keys.Ends.ToUnixTimeSeconds()));
        await UntilAsync(keys.Ends.AddSeconds(1));
        Assert.That((await again.Client.SendAsync(Call.FolderAccess(Subnet.OrdinaryMiner))).Code, Is.EqualTo("storage_unavailable"));
    }

    [Test]
    public async Task Token_in_the_environment_without_an_end_is_promised_for_a_quarter_of_an_hour()
    {
        var keys = await SecurityTokens.AssumeRoleAsync(_store, TimeSpan.FromMinutes(60));
        var settings = new Dictionary<string, string>(await SettingsAsync(), StringComparer.Ordinal)
        {
            ["AWS_ACCESS_KEY_ID"] = keys.Keys.Id,
            ["AWS_SECRET_ACCESS_KEY"] = keys.Keys.Secret,
            ["AWS_SESSION_TOKEN"] = keys.Token,
        };
        await using (var unknowing = await ApiProcess.StartAsync(settings))
        {
            var access = await unknowing.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);

            Assert.That(access.ExpirySeconds, Is.EqualTo(15 * 60));
            Assert.That((await Presigned.GetAsync(access.ListUrl)).Accepted);
            await unknowing.UntilLoggedAsync("AWS_CREDENTIAL_EXPIRATION");
            Assert.That(
                unknowing.ReadLog().Where(entry => entry.IsAboveInformation).Select(entry => entry.Text),
                Has.Some.Contain("AWS_CREDENTIAL_EXPIRATION"));
        }

        settings["AWS_CREDENTIAL_EXPIRATION"] = keys.Ends.ToString("O", CultureInfo.InvariantCulture);
        await using var knowing = await ApiProcess.StartAsync(settings);
        Assert.That(
            SecondsOf((await knowing.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner)).Expiry), Is.EqualTo(keys.Ends.ToUnixTimeSeconds()));
    }

    private async Task<ApiProcess> StartAsync(RoleEndpoint role)
    {
        var settings = await SettingsAsync();
        settings["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = role.OfTask.AbsoluteUri;
        return await ApiProcess.StartAsync(settings);
    }

    private async Task<Dictionary<string, string>> SettingsAsync()
    {
        var settings = ApiProcess.ProductionSettings(
            await Subnet.Create(1).WriteAsync(_folder),
            _store.Endpoint.GetLeftPart(UriPartial.Authority),
            _bucket.Name,
            _store.Region,
            _folder.Sub("data"),
            keys: null);
        settings["LISTING_CACHE_SECONDS"] = "0";

        // What this machine is must not matter: neither a profile of its owner nor the cloud it is in.
        settings["AWS_SHARED_CREDENTIALS_FILE"] = Path.Combine(_folder.Path, "no-credentials");
        settings["AWS_CONFIG_FILE"] = Path.Combine(_folder.Path, "no-config");
        settings["AWS_EC2_METADATA_DISABLED"] = "true";
        return settings;
    }

    private static async Task<FolderAccess> EventuallyAsync(ApiProcess api, Miner miner, Func<FolderAccess, bool> condition)
    {
        for (var patience = 0; patience < 120; patience++)
        {
            var answer = await api.Client.SendAsync(Call.FolderAccess(miner));
            if (answer.Status == HttpStatusCode.OK && ServiceClient.Read<FolderAccess>(answer) is var access && condition(access))
            {
                return access;
            }

            await Task.Delay(500);
        }

        throw new AssertionException("The service does not use the new credentials.");
    }

    private static void AssertNothingSecretIsLogged(ApiProcess api, params TemporaryKeys[] all)
    {
        var log = string.Join('\n', api.ReadLog().Select(entry => entry.Text));
        foreach (var keys in all)
        {
            Assert.That(log.Contains(keys.Keys.Secret, StringComparison.Ordinal), Is.False, "a secret");
            Assert.That(log.Contains(keys.Token, StringComparison.Ordinal), Is.False, "a token");
        }
    }

    private static Task UntilAsync(DateTimeOffset moment)
    {
        var left = moment - DateTimeOffset.UtcNow;
        Assert.That(left, Is.GreaterThan(TimeSpan.Zero), "The machine is too slow for so short a life.");
        return Task.Delay(left);
    }

    private static long SecondsOf(string expiry) => DateTimeOffset.Parse(expiry, CultureInfo.InvariantCulture).ToUnixTimeSeconds();

    private static long EndOf(string url) =>
        DateTimeOffset.ParseExact(
            Presigned.Parameter(url, "X-Amz-Date")!,
            "yyyyMMdd'T'HHmmss'Z'",
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal).ToUnixTimeSeconds()
        + long.Parse(Presigned.Parameter(url, "X-Amz-Expires")!, CultureInfo.InvariantCulture);

    private static JsonNode PolicyOf(IReadOnlyDictionary<string, string> fields) =>
        JsonNode.Parse(Convert.FromBase64String(fields["policy"]))!;
}
