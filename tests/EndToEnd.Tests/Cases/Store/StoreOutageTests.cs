namespace S3Auth.EndToEnd.Tests.Cases.Store;

/// <summary>Grants need no answer of the object store: the server gives them while the store is down.</summary>
internal sealed class StoreOutageTests
{
    private ScratchFolder? _folder;
    private ApiProcess? _api;

    private ServiceClient Client => _api?.Client ?? throw new InvalidOperationException("The service does not run yet.");

    [OneTimeSetUp]
    public async Task StartServiceWithoutStore()
    {
        _folder = new ScratchFolder("outage");
        _api = await ApiProcess.StartAsync(ApiProcess.ProductionSettings(
            await Subnet.Create(1).WriteAsync(_folder),
            // Nobody listens there.
            string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort.Next()}"),
            "unreachable",
            "us-east-2",
            _folder.Sub("data"),
            new AccessKeys("somebody", "some-secret-that-must-not-be-seen")));
    }

    [OneTimeTearDown]
    public async Task StopService()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _folder?.Dispose();
    }

    [Test]
    public async Task Health_check_is_degraded_but_answers()
    {
        var health = await Client.GetAsync("/healthcheck");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(health.Status, Is.EqualTo(HttpStatusCode.OK));
            Assert.That((string?)health.Json["status"], Is.EqualTo("degraded"));
            Assert.That((bool?)health.Json["s3_ok"], Is.False);
            Assert.That(health.Text, Does.Not.Contain("some-secret-that-must-not-be-seen"));
        }
    }

    [Test]
    public async Task Process_is_still_alive()
    {
        Assert.That((await Client.GetAsync("/healthz")).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task Miner_still_gets_its_grant()
    {
        var access = await Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);

        Assert.That(access.Folder, Is.EqualTo($"data/x/{Subnet.OrdinaryMiner.Coldkey}/"));
    }

    [Test]
    public async Task Validator_is_told_that_the_store_is_away()
    {
        var answer = await Client.PostAsync(ServiceClient.ValidatorAccessPath, ServiceClient.ValidatorAccessBody(Subnet.Validator.Hotkey));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((503, "storage_unavailable")), answer.ToString());
            Assert.That(answer.Text, Does.Not.Contain("127.0.0.1"), "No internal host.");
        }
    }
}
