namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>
/// <c>S3_ADDRESSING</c> at a real store that has a host name for each bucket: what the server signs works with the bucket's name in the
/// host and in the path, for names with and without dots.
/// </summary>
internal sealed class AddressingTests
{
    private ScratchFolder? _folder;
    private RealStore _real = null!;
    private Subnet _subnet = null!;
    private string _metagraph = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        _real = await TestRun.Current.RealStore.GetAsync();
        if (_real.HostStyleName is null)
        {
            Assert.Ignore("Skipped because this store has no host names for buckets on loopback.");
        }

        _folder = new ScratchFolder("addressing");
        _subnet = Subnet.Create(4);
        _metagraph = await _subnet.WriteAsync(_folder);
    }

    [OneTimeTearDown]
    public void Stop() => _folder?.Dispose();

    [TestCase("virtual", "s3auth-host-", true)]
    [TestCase("virtual", "s3auth.host.", true)]
    [TestCase("path", "s3auth-path-", false)]
    [TestCase("auto", "s3auth.auto.", false)]
    public async Task Grants_work_in_this_addressing(string addressing, string bucketName, bool isInHost)
    {
        using var bucket = await CreateBucketAsync(bucketName);
        await using var api = await StartAsync(bucket, _real.Endpoint.Port, ("S3_ADDRESSING", addressing));

        await AssertGrantsWorkAsync(api, bucket, isInHost);
    }

    [Test]
    public async Task Auto_finds_out_that_a_store_takes_buckets_only_in_the_host()
    {
        using var bucket = await CreateBucketAsync("s3auth-only-");
        await using var standIn = await StoreStandIn.StartAsync(bucket, TakesBucketsOnlyInTheHost(bucket.Name));
        await using var api = await StartAsync(bucket, standIn.Endpoint.Port);

        await AssertGrantsWorkAsync(api, bucket, isInHost: true);
    }

    [Test]
    public async Task Configured_path_is_reported_if_the_store_takes_buckets_only_in_the_host()
    {
        using var bucket = await CreateBucketAsync("s3auth-told-");
        await using var standIn = await StoreStandIn.StartAsync(bucket, TakesBucketsOnlyInTheHost(bucket.Name));
        var end = await ApiProcess.RunToItsEndAsync(
            Settings(bucket, standIn.Endpoint.Port, ("S3_ADDRESSING", "path")), "doctor", "--json");

        Assert.That(
            new DoctorReport(end.ExitCode, end.Output)["bucket"],
            Does.StartWith("fail").And.Contain("SecondLevelDomainForbidden").And.Contain("S3_ADDRESSING=auto"));
    }

    private static StoreFault TakesBucketsOnlyInTheHost(string bucket) => new("takes buckets only in the host", async (request, ask) =>
        request.Sent.Host.StartsWith(bucket + ".", StringComparison.Ordinal)
            ? await ask(request)
            : S3Answer.Error(403, "SecondLevelDomainForbidden", "Please use virtual hosted style to access."));

    private async Task AssertGrantsWorkAsync(ApiProcess api, Bucket bucket, bool isInHost)
    {
        var (miner, content) = (_subnet.Miners[0], RandomNumberGenerator.GetBytes(3000));
        var folder = $"data/x/{miner.Coldkey.Address}/";

        // The start waits only a short time for the first check of the store.
        await Wait.UntilAsync(
            async () => (string?)(await api.Client.GetAsync("/healthcheck")).Json["store"]?["capabilities"]?["addressing"]
                == (isInHost ? "virtual" : "path"),
            "The server does not find the addressing.");
        var access = await api.Client.AskAsync<FolderAccess>(Call.FolderAccess(miner, "x"));
        var form = await FormUpload.Of(access.Grant, "a b.bin", content).SendAsync();
        var file = await api.Client.SendAsync(Call.FileUpload(miner, "one.bin", source: "x"));
        var files = await api.Client.AskAsync<FileList>(
            Call.Files(Subnet.Validator.Hotkey, "miner_coldkey", miner.Coldkey.Address));
        var listing = await Presigned.GetAsync(access.ListUrl);
        Answer? health = null;
        await Wait.UntilAsync(
            async () => (bool?)(health = await api.Client.GetAsync("/healthcheck")).Json["s3_ok"] is true, () => health?.ToString());

        var host = new Uri(access.Url).Host;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(host, isInHost ? Is.EqualTo($"{bucket.Name}.{_real.HostStyleName}") : Is.EqualTo(_real.HostStyleName));
            Assert.That(form.Accepted, form.ToString());
            Assert.That(file.Status, Is.EqualTo(HttpStatusCode.OK), file.ToString());
            Assert.That(listing.Accepted, listing.ToString());
            Assert.That(files.Keys, Is.EqualTo([folder + "a b.bin"]));
            Content.AssertSame(await Presigned.DownloadAsync(files.Files[0].DownloadUrl!), content);
            Assert.That(
                ((string?)health!.Json["status"], (string?)health.Json["store"]?["capabilities"]?["addressing"]),
                Is.EqualTo(("ok", isInHost ? "virtual" : "path")),
                health.ToString());
        }
    }

    private async Task<Bucket> CreateBucketAsync(string name)
    {
        var bucket = new Bucket(
            _real.Endpoint, _real.Region, name + RandomNumberGenerator.GetHexString(8, lowercase: true), _real.Keys);
        await bucket.CreateAsync();
        return bucket;
    }

    private Task<ApiProcess> StartAsync(Bucket bucket, int port, params (string Name, string Value)[] changed) =>
        ApiProcess.StartAsync(Settings(bucket, port, changed));

    private Dictionary<string, string> Settings(Bucket bucket, int port, params (string Name, string Value)[] changed)
    {
        var settings = ApiProcess.ProductionSettings(
            _metagraph,
            string.Create(CultureInfo.InvariantCulture, $"http://{_real.HostStyleName}:{port}"),
            bucket.Name,
            bucket.Region,
            _folder!.Sub(bucket.Name),
            bucket.Keys);
        settings["LISTING_CACHE_SECONDS"] = "0";
        foreach (var (name, value) in changed)
        {
            settings[name] = value;
        }

        return settings;
    }
}
