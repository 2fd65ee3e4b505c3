namespace S3Auth.EndToEnd.Tests.Cases.CommandLine;

/// <summary><c>s3auth check</c> at a store that takes no upload: bare Swift, which has no forms and no safe PUT.</summary>
internal sealed class ToolCheckTests
{
    private ScratchFolder? _folder;
    private ApiProcess _api = null!;
    private Bucket _bucket = null!;
    private Subnet _subnet = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        if (SwiftHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        _folder = new ScratchFolder("check");
        _subnet = Subnet.Create(1);
        var store = await TestRun.Current.Swift.GetBareAsync();
        _bucket = new Bucket(
            store.Endpoint, store.Region, "s3auth-check-" + RandomNumberGenerator.GetHexString(8, lowercase: true), store.Keys);
        await _bucket.CreateAsync();
        _api = await ApiProcess.StartAsync(ApiProcess.ProductionSettings(
            await _subnet.WriteAsync(_folder),
            store.Endpoint.GetLeftPart(UriPartial.Authority),
            _bucket.Name,
            _bucket.Region,
            _folder.Sub("data"),
            _bucket.Keys));
        await Wait.UntilAsync(
            async () => (string?)(await _api.Client.GetAsync("/healthcheck")).Json["store"]?["put_uploads"] == "unsafe",
            "The server does not find the store unsafe.");
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_api is not null)
        {
            await _api.DisposeAsync();
        }

        _bucket?.Dispose();
        _folder?.Dispose();
    }

    [Test]
    public async Task Check_of_a_miner_fails_and_names_why_nobody_can_upload()
    {
        var tool = new S3AuthTool(_api.Client.Address, _folder!);

        var (result, records) = await tool.RunJsonAsync(["check", .. await tool.WalletOfAsync(_subnet.Miners[0])]);
        var text = await tool.RunAsync(["check", .. await tool.WalletOfAsync(_subnet.Miners[0])]);

        using (Assert.EnterMultipleScope())
        {
            Assert.That((result.ExitCode, text.ExitCode), Is.EqualTo((3, 3)), text.Errors);
            Assert.That(
                ((string?)records[^1]["name"], (string?)records[^1]["result"]), Is.EqualTo(("store", "fail")), result.Output);
            Assert.That((string?)records[^1]["finding"], Does.Contain("x_amz_copy_source"));
            Assert.That((string?)records[^1]["advice"], Does.Contain("operator").And.Contain("S3Auth.Api doctor"));
            Assert.That(text.Output, Does.Contain("FAIL  store: ").And.Not.Contain("All is well"));
        }
    }

    [Test]
    public async Task Check_of_a_validator_succeeds_because_reading_works()
    {
        var result = await new S3AuthTool(_api.Client.Address, _folder!).RunAsync("check", "--validator", "--suri", "//Alice");

        Assert.That(result.Expect(), Does.Contain("ok    store address: "));
    }
}
