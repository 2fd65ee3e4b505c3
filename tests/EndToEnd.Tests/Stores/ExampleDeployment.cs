namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>
/// The server with the settings of a file in <c>deploy/env/examples</c>, except for those that this machine cannot have: the chain is a
/// file with the same netuid, and the bucket is in the embedded store. Two miners upload the same paths into each of their folders.
/// </summary>
internal sealed class ExampleDeployment : IAsyncDisposable
{
    /// <summary>A job of which each folder has a file.</summary>
    public const string Job = "job-1";

    // Written here again, so that a test fails if a file changes, or if the server reads it differently.
    private static readonly Dictionary<string, (string Structure, string[] Sources)> Layouts = new(StringComparer.Ordinal)
    {
        ["coldkey"] = ("data/{source}/{coldkey}/", ["x", "reddit"]),
        ["hotkey"] = ("data/hotkey={hotkey}/", []),
        ["weights"] = ("weights/{hotkey}/", []),
        ["sources"] = ("22/{source}/{hotkey}/", ["news", "forums", "images"]),
        ["submissions"] = ("submissions/{coldkey}/", []),
        ["deep"] = ("v1/sn24/raw/{source}/miners/{hotkey}/files/", ["video", "audio"]),
    };

    private static readonly string[] NotOnThisMachine = ["PORT", "S3_BUCKET", "S3_REGION", "S3_ENDPOINT"];

    private readonly ScratchFolder _folder;
    private readonly ApiProcess _api;

    private ExampleDeployment(string example, IReadOnlyDictionary<string, string> file, ScratchFolder folder, ApiProcess api, Subnet subnet)
    {
        (Structure, Sources) = Layouts[example];
        Settings = file;
        _folder = folder;
        _api = api;
        Subnet = subnet;
        Bucket = new Bucket(
            api.EmbeddedStore, HasForms ? ApiProcess.EmbeddedRegion : "auto", ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
    }

    /// <summary>The settings of the file.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    public ServiceClient Client => _api.Client;

    public Subnet Subnet { get; }

    public Bucket Bucket { get; }

    /// <summary>A miner's folder, with variable parts in braces.</summary>
    public string Structure { get; }

    /// <summary>The sources; empty if the layout has none.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>The sources, or null for the only folder of a layout without sources.</summary>
    public IReadOnlyList<string?> SourcesOrNone => Sources.Count > 0 ? [.. Sources] : [null];

    /// <summary>The two miners with files.</summary>
    public (Miner First, Miner Second) Miners => (Subnet.Miners[0], Subnet.Miners[1]);

    /// <summary>The content of every file that a miner uploaded, by key.</summary>
    public Dictionary<Miner, Dictionary<string, byte[]>> Uploaded { get; } = [];

    /// <summary>True if miners upload by forms, false if by PUT.</summary>
    public bool HasForms => !IsOnR2(Settings);

    /// <summary>The request member for the account that names a miner's folder.</summary>
    public string OwnerMember => HasColdkeys ? "miner_coldkey" : "miner_hotkey";

    private bool HasColdkeys => Structure.Contains("{coldkey}", StringComparison.Ordinal);

    /// <summary>Starts it.</summary>
    public static async Task<ExampleDeployment> StartAsync(string example)
    {
        var file = Read(example);
        var folder = new ScratchFolder("example");
        var subnet = Subnet.Create(5);
        var settings = new Dictionary<string, string>(
            file.Where(setting => !NotOnThisMachine.Contains(setting.Key)), StringComparer.Ordinal)
        {
            ["BT_NETWORK"] = "static",
            ["METAGRAPH_FILE"] = await subnet.WriteAsync(folder, int.Parse(file["NET_UID"], CultureInfo.InvariantCulture)),
            ["PUBLIC_URL"] = "http://127.0.0.1:" + ApiProcess.PortPlaceholder,
            ["EMBEDDED_STORE_AS"] = IsOnR2(file) ? "r2" : "aws",
        };
        var api = await ApiProcess.StartDevelopmentAsync(folder.Sub("data"), settings);
        return new ExampleDeployment(example, file, folder, api, subnet);
    }

    /// <summary>The account that names a miner's folders.</summary>
    public string OwnerOf(Miner miner) => HasColdkeys ? miner.Coldkey.Address : miner.Hotkey.Address;

    public string FolderOf(Miner miner, string? source = null) => Structure
        .Replace("{source}", source ?? (Sources.Count > 0 ? Sources[0] : ""), StringComparison.Ordinal)
        .Replace("{coldkey}", miner.Coldkey.Address, StringComparison.Ordinal)
        .Replace("{hotkey}", miner.Hotkey.Address, StringComparison.Ordinal);

    /// <summary>Uploads files of a miner into each of its folders: into a job, outside of jobs, and by the folder's form.</summary>
    public async Task UploadAsync(Miner miner)
    {
        var contents = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var size = (int)(await StructureAsync()).MinBytes;
        foreach (var source in SourcesOrNone)
        {
            foreach (var (name, job) in ((string, string?)[])[("one.bin", Job), ("two.bin", "job-2"), ("größe & mehr.bin", "job-2")])
            {
                var content = DeploymentFixture.Bytes(size);
                var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, name, job, source, size));
                var answer = await upload.SendAsync(content);
                Assert.That(answer.Accepted, answer.ToString());
                Assert.That(upload.Key, Is.EqualTo($"{FolderOf(miner, source)}job_id={job}/{name}"));
                contents.Add(upload.Key, content);
            }
        }

        if (HasForms)
        {
            var access = await Client.AskAsync<FolderAccess>(Call.FolderAccess(miner));
            Assert.That(access.All.Select(grant => grant.Folder), Is.EqualTo(SourcesOrNone.Select(source => FolderOf(miner, source))));
            foreach (var grant in access.All)
            {
                var content = DeploymentFixture.Bytes(size);
                var answer = await FormUpload.Of(grant, "outside/of jobs.bin", content).SendAsync();
                Assert.That(answer.Accepted, answer.ToString());
                contents.Add(grant.Folder + "outside/of jobs.bin", content);
            }
        }

        Uploaded.Add(miner, contents);
    }

    /// <summary>The answer of <c>/structure-info</c>.</summary>
    public async Task<ServiceStructure> StructureAsync() => ServiceClient.Read<ServiceStructure>(await Client.GetAsync("/structure-info"));

    /// <summary>The keys that a miner uploaded below a prefix, in the order of listings.</summary>
    public IEnumerable<string> KeysOf(Miner miner, string prefix = "") =>
        SourcesOrNone.SelectMany(source => Uploaded[miner].Keys
            .Where(key => key.StartsWith(FolderOf(miner, source), StringComparison.Ordinal)
                && key.StartsWith(prefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        Bucket.Dispose();
        _folder.Dispose();
    }

    private static Dictionary<string, string> Read(string example) => File
        .ReadLines(Path.Combine(Repository.Root, "deploy", "env", "examples", example + ".env"))
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line.Split('=', 2))
        .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);

    private static bool IsOnR2(IReadOnlyDictionary<string, string> file) =>
        file.GetValueOrDefault("S3_ENDPOINT")?.EndsWith(".r2.cloudflarestorage.com", StringComparison.Ordinal) == true;
}

/// <summary>The answer to <c>GET /structure-info</c> of the service.</summary>
internal sealed record ServiceStructure(
    string FolderLayout,
    string FolderStructure,
    IReadOnlyList<string> Sources,
    IReadOnlyList<string> ExamplePaths,
    long MinBytes,
    long MaxBytes,
    string UploadMethod);
