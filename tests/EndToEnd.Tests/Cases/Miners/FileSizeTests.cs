namespace S3Auth.EndToEnd.Tests.Cases.Miners;

/// <summary><c>MIN_FILE_BYTES</c> and <c>MAX_FILE_BYTES</c> are the limits of every upload, by form and by PUT.</summary>
[TestFixture("POST")]
[TestFixture("PUT")]
internal sealed class FileSizeTests(string method)
{
    private const int Min = 100;
    private const int Max = 20 * 1024;

    private static readonly Miner Bob = Miner.Development("Bob");

    private ScratchFolder? _folder;
    private ApiProcess? _api;

    private ServiceClient Client => _api!.Client;

    private bool UsesForms => method == "POST";

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new ScratchFolder("sizes");
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["UPLOAD_METHOD"] = method, ["MIN_FILE_BYTES"] = "100", ["MAX_FILE_BYTES"] = "20KiB",
        };
        _api = await ApiProcess.StartDevelopmentAsync(_folder.Sub("data"), settings);
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await (_api?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder?.Dispose();
    }

    [TestCase(Min)]
    [TestCase(Max)]
    public async Task File_within_the_limits_is_stored(int size)
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(Bob, $"{size}.bin", size: size));

        Assert.That(upload.Method, Is.EqualTo(method));
        Assert.That((await upload.SendAsync(new byte[size + 1])).Refused);
        Assert.That((await upload.SendAsync(new byte[size - 1])).Refused);
        Assert.That((await upload.SendAsync(new byte[size])).Accepted);
    }

    [TestCase(Min - 1)]
    [TestCase(Max + 1)]
    public async Task Size_beyond_the_limits_is_not_granted(int size)
    {
        var answer = await Client.SendAsync(Call.FileUpload(Bob, "beyond.bin", size: size));

        Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.ToString());
        Assert.That(answer.Wrong, Is.EqualTo(["size"]));
        Assert.That(answer.Text, Does.Contain("100 to 20480"));
    }

    [Test]
    public async Task Without_a_size_the_form_has_the_limits_and_a_put_is_refused()
    {
        var call = Call.FileUpload(Bob, "without.bin");
        if (!UsesForms)
        {
            var answer = await Client.SendAsync(call);
            Assert.That(((int)answer.Status, answer.Code), Is.EqualTo((400, "invalid_request")), answer.ToString());
            Assert.That(answer.Wrong, Is.EqualTo(["size"]));
            return;
        }

        var upload = await Client.AskAsync<FileUpload>(call);
        await AssertLimitsAsync(upload.Form);
    }

    [Test]
    public async Task Form_of_a_folder_has_the_limits()
    {
        if (!UsesForms)
        {
            Assert.That((await Client.SendAsync(Call.FolderAccess(Bob))).Code, Is.EqualTo("folder_upload_unsupported"));
            return;
        }

        var access = await Client.AskAsync<FolderAccess>(Call.FolderAccess(Bob));

        Assert.That((access.MinBytes, access.MaxBytes), Is.EqualTo((Min, Max)));
        foreach (var folder in access.All)
        {
            await AssertLimitsAsync(content => FormUpload.Of(folder, "file.bin", content));
        }
    }

    [Test]
    public async Task Structure_and_page_state_the_limits()
    {
        var structure = (await Client.GetAsync("/structure-info")).Json;
        var page = await Client.GetAsync("/");

        Assert.That(((long)structure["min_bytes"]!, (long)structure["max_bytes"]!), Is.EqualTo((Min, Max)));
        var words = page.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        Assert.That(string.Join(' ', words), Does.Contain("100 bytes to 20 KiB"));
    }

    private static async Task AssertLimitsAsync(Func<byte[], FormUpload> form)
    {
        Assert.That((await form(new byte[Min - 1]).SendAsync()).Refused);
        Assert.That((await form(new byte[Max + 1]).SendAsync()).Refused);
        Assert.That((await form(new byte[Min]).SendAsync()).Accepted);
        Assert.That((await form(new byte[Max]).SendAsync()).Accepted);
    }
}
