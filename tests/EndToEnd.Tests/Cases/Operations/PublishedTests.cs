using System.Reflection.PortableExecutable;

namespace S3Auth.EndToEnd.Tests.Cases.Operations;

/// <summary>The published service, started like in its image: unprivileged, read-only files, one writable folder.</summary>
[Category("Nightly")]
internal sealed class PublishedTests
{
    private const ushort Amd64 = 0x3E;
    private const ushort Arm64 = 0xB7;

    private ScratchFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new ScratchFolder("published");

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Another_account_serves_a_grant_with_which_a_file_is_stored(bool readOnlyRoot)
    {
        if (RealStoreHost.WhyNot is { } reason)
        {
            Assert.Ignore(reason);
        }

        var published = await PublishedService.GetAsync();
        var store = await TestRun.Current.RealStore.GetAsync();
        await using var redis = await RedisServer.ReachAsync();
        using var bucket = new Bucket(
            store.Endpoint, store.Region, "s3auth-e2e-" + RandomNumberGenerator.GetHexString(12, lowercase: true), store.Keys);
        await bucket.CreateAsync();
        var data = _folder.Sub("data");
        await Unprivileged.GiveAsync(_folder.Path, data);
        var settings = Settings(
            await Subnet.Create(1).WriteAsync(_folder), store.Endpoint.GetLeftPart(UriPartial.Authority), bucket, data, redis);
        settings["PUBLIC_URL"] = "https://s3auth.example";
        settings["AWS_SHARED_CREDENTIALS_FILE"] = await WriteCredentialsAsync(store.Keys);

        var command = readOnlyRoot
            ? await Unprivileged.ReadOnlyCommandAsync(data, published.Program)
            : Unprivileged.Command(published.Program);
        await using (var api = await ApiProcess.StartAsync(command, settings))
        {
            var access = await api.Client.GetFolderAccessAsync(Subnet.OrdinaryMiner);
            var content = RandomNumberGenerator.GetBytes(4096);
            var stored = await FormUpload.Of(
                new FolderGrant(access.Folder, access.Url, access.Fields, access.ListUrl), "file.bin", content).SendAsync();

            Assert.That(stored.Refused, Is.False, stored.ToString());
            Assert.That((await bucket.ListAsync()).Select(one => one.Key), Is.EqualTo(new[] { access.Folder + "file.bin" }));
            await Wait.UntilAsync(
                async () => (bool?)(await api.Client.GetAsync("/healthcheck")).Json["redis_ok"] is true, "Redis is not used.");
            var status = await File.ReadAllTextAsync(string.Create(CultureInfo.InvariantCulture, $"/proc/{api.Id}/status"));
            Assert.That(
                status,
                Does.Match(@"Uid:\s65534\s65534\s65534\s65534").And.Match(@"CapEff:\s0000000000000000").And.Match(@"NoNewPrivs:\s1"));
            Assert.That(api.ReadLog().Where(entry => entry.IsAboveInformation), Is.Empty);
        }

        if (!store.IsOurs)
        {
            await bucket.RemoveAsync();
        }
    }

    [Test]
    public async Task Health_check_of_the_image_tells_whether_it_lives()
    {
        var published = await PublishedService.GetAsync();
        var check = Dockerfile.Read(Path.Combine(Repository.Root, "deploy", "Dockerfile")).Image.One("HEALTHCHECK").Exec("CMD ");
        var data = _folder.Sub("data");
        await Unprivileged.GiveAsync(_folder.Path, data);
        using var bucket = new Bucket(
            new Uri("http://127.0.0.1:9"), "us-east-2", "unreachable", new AccessKeys("somebody", "some-secret-that-must-not-be-seen"));
        var settings = Settings(await Subnet.Create(1).WriteAsync(_folder), "http://127.0.0.1:9", bucket, data, redis: null);
        settings["AWS_ACCESS_KEY_ID"] = bucket.Keys.Id;
        settings["AWS_SECRET_ACCESS_KEY"] = bucket.Keys.Secret;
        var api = await ApiProcess.StartAsync(Unprivileged.Command(published.Program), settings);
        settings["PORT"] = api.Address.Port.ToString(CultureInfo.InvariantCulture);
        Task<ToolResult> Ask() =>
            Tool.RunAsync(Path.Combine(published.Folder, check[0]), check.Skip(1), environment: settings, folder: published.Folder);

        var alive = await Ask();
        await api.DisposeAsync();
        var gone = await Ask();

        Assert.That((alive.ExitCode, gone.ExitCode), Is.EqualTo((0, 1)), alive + "\n" + gone);
        Assert.That(gone.Output.TrimEnd().Split('\n'), Has.Length.EqualTo(1));
    }

    [Test]
    public async Task It_is_compiled_ahead_and_has_its_library() =>
        AssertComplete(
            await PublishedService.GetAsync(),
            System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64
                ? Arm64
                : Amd64);

    [TestCase("amd64", Amd64)]
    [TestCase("arm64", Arm64)]
    [Category("Publish")]
    public async Task Each_architecture_is_compiled_ahead_and_has_its_library(string architecture, int machine) =>
        AssertComplete(await PublishedService.PublishAsync(architecture), machine);

    private static void AssertComplete(PublishedService published, int machine)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(MachineOf(Path.Combine(published.Folder, "libsodium.so")), Is.EqualTo(machine));
            Assert.That(MachineOf(published.Program), Is.EqualTo(machine));
            foreach (var assembly in Directory.GetFiles(published.Folder, "S3Auth.*.dll"))
            {
                using var reader = new PEReader(File.OpenRead(assembly));
                Assert.That(
                    reader.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size,
                    Is.Positive,
                    $"{Path.GetFileName(assembly)} is compiled ahead");
            }

            Assert.That(
                Directory.GetFiles(published.Folder).Select(Path.GetFileName),
                Has.None.Matches(@"appsettings\.Development|\.env$|\.pem$"),
                "nothing of a developer's");
        }
    }

    // The e_machine field of an ELF file.
    private static int MachineOf(string path)
    {
        using var file = File.OpenRead(path);
        var header = new byte[20];
        file.ReadExactly(header);
        Assert.That(header[..4], Is.EqualTo(new byte[] { 0x7F, (byte)'E', (byte)'L', (byte)'F' }), path);
        return header[18] | (header[19] << 8);
    }

    private static Dictionary<string, string> Settings(string metagraph, string endpoint, Bucket bucket, string data, RedisServer? redis)
    {
        var settings = ApiProcess.ProductionSettings(metagraph, endpoint, bucket.Name, bucket.Region, data, keys: null);
        var image = Dockerfile.Read(Path.Combine(Repository.Root, "deploy", "Dockerfile")).Image;
        foreach (var (name, value) in image.One("ENV").Words.Select(word => word.Split('=')).Select(pair => (pair[0], pair[1])))
        {
            // Where the folder and the port are here, the tests say.
            if (name is not ("PORT" or "DATA_DIR"))
            {
                settings[name] = value;
            }
        }

        settings["DOTNET_ROOT"] = PublishedService.RuntimeFolder;
        settings["HOME"] = "/nonexistent";
        if (redis is not null)
        {
            settings["REDIS_URL"] = redis.Url;
        }

        return settings;
    }

    // As compose.yaml and the systemd unit give it.
    private async Task<string> WriteCredentialsAsync(AccessKeys keys)
    {
        var path = Path.Combine(_folder.Path, "credentials");
        await File.WriteAllTextAsync(path, $"[default]\naws_access_key_id={keys.Id}\naws_secret_access_key={keys.Secret}\n");
        return path;
    }
}
