namespace S3Auth.EndToEnd.Tests.Stores;

/// <summary>
/// The server on one store with one layout and its own subnet: the development accounts, and enough miners for each test to have new ones.
/// Tests use only its address, and an S3 endpoint with keys.
/// </summary>
internal sealed class Deployment : IAsyncDisposable
{
    /// <summary>The configured sources.</summary>
    public static readonly IReadOnlyList<string> Sources = ["x", "reddit"];

    private const int FreshMiners = 400;

    private readonly ScratchFolder _folder;
    private readonly ApiProcess _api;
    private readonly ConcurrentQueue<Miner> _fresh;
    private readonly bool _removesBuckets;
    private readonly Lazy<Task<LargeFolder>> _largeFolder;

    private Deployment(
        FolderLayoutKind layout,
        ScratchFolder folder,
        ApiProcess api,
        Subnet subnet,
        Bucket bucket,
        Bucket otherBucket,
        AccessKeys? otherKeys,
        bool removesBuckets,
        StoreTraits traits,
        DeploymentKind kind)
    {
        Layout = layout;
        Traits = traits;
        GrantsForms = traits.TakesForms && kind != DeploymentKind.Put;
        _folder = folder;
        _api = api;
        Subnet = subnet;
        _fresh = new ConcurrentQueue<Miner>(subnet.Miners);
        Bucket = bucket;
        OtherBucket = otherBucket;
        OtherKeys = otherKeys;
        _removesBuckets = removesBuckets;
        _largeFolder = new Lazy<Task<LargeFolder>>(() => LargeFolder.PutAsync(this));
    }

    public FolderLayoutKind Layout { get; }

    /// <summary>What the store can do.</summary>
    public StoreTraits Traits { get; }

    /// <summary>True if uploads are granted as forms, false if as presigned PUTs.</summary>
    public bool GrantsForms { get; }

    public ServiceClient Client => _api.Client;

    public Subnet Subnet { get; }

    /// <summary>The bucket, with the keys of its owner.</summary>
    public Bucket Bucket { get; }

    /// <summary>Another bucket of the same owner. It does not exist in the embedded store.</summary>
    public Bucket OtherBucket { get; }

    /// <summary>Keys of another account of the store, if there is one.</summary>
    public AccessKeys? OtherKeys { get; }

    /// <summary>The folder in which the service may write.</summary>
    public string DataFolder => Path.Combine(_folder.Path, "up", "here", "data");

    /// <summary>The folder that holds <see cref="DataFolder"/> and must otherwise stay as it is.</summary>
    public string Surroundings => _folder.Path;

    public static Task<Deployment> StartAsync(StoreKind store, FolderLayoutKind layout, DeploymentKind kind) => store switch
    {
        StoreKind.Real => StartRealAsync(store, layout, kind),
        _ when kind == DeploymentKind.Sessions => throw new ArgumentException("Only a real store has sessions.", nameof(store)),
        StoreKind.Embedded => StartEmbeddedAsync(layout, kind),
        _ => StartRealAsync(store, layout, kind),
    };

    /// <summary>The reason why there is no such store, or null.</summary>
    public static string? WhyNot(StoreKind store) => store switch
    {
        StoreKind.Real => RealStoreHost.WhyNot,
        StoreKind.Swift => SwiftHost.WhyNot,
        _ => null,
    };

    /// <summary>Returns a miner with thousands of files. The first call stores them.</summary>
    public Task<LargeFolder> LargeFolderAsync() => _largeFolder.Value;

    /// <summary>Returns a miner that no other test uses.</summary>
    public Miner NextMiner() => _fresh.TryDequeue(out var miner)
        ? miner
        : throw new InvalidOperationException("There are more tests than miners: raise their number.");

    /// <summary>The folder of a miner. Layout hotkey ignores the source.</summary>
    public string FolderOf(Miner miner, string source = "x") => Layout == FolderLayoutKind.Coldkey
        ? $"data/{source}/{miner.Coldkey}/"
        : $"data/hotkey={miner.Hotkey}/";

    /// <summary>The folder that is named by this account.</summary>
    public string FolderOf(string address, string source = "x") => Layout == FolderLayoutKind.Coldkey
        ? $"data/{source}/{address}/"
        : $"data/hotkey={address}/";

    /// <summary>The account that names a miner's folder.</summary>
    public string OwnerOf(Miner miner) => Layout == FolderLayoutKind.Coldkey ? miner.Coldkey.Address : miner.Hotkey.Address;

    /// <summary>The request member for the account that names a miner's folder.</summary>
    public string OwnerMember => Layout == FolderLayoutKind.Coldkey ? "miner_coldkey" : "miner_hotkey";

    /// <summary>The job in whose folder this layout has its files, or null.</summary>
    public string? Job => Layout == FolderLayoutKind.Coldkey ? null : "default";

    /// <summary>Uploads a file as the service grants it, by form or PUT. Returns its key.</summary>
    public async Task<string> UploadAsync(Miner miner, string file, byte[] content)
    {
        var upload = await Client.AskAsync<FileUpload>(Call.FileUpload(miner, file, Job));
        var answer = await upload.SendAsync(content);
        Assert.That(answer.Accepted, answer.ToString());
        return upload.Key;
    }

    /// <summary>A typical path inside a miner's folder in this layout.</summary>
    public string PathOf(string file) => Layout == FolderLayoutKind.Coldkey ? file : "job_id=default/" + file;

    public async ValueTask DisposeAsync()
    {
        await _api.DisposeAsync();
        if (_removesBuckets)
        {
            await Bucket.RemoveAsync();
            await OtherBucket.RemoveAsync();
        }

        Bucket.Dispose();
        OtherBucket.Dispose();
        _folder.Dispose();
    }

    private static async Task<Deployment> StartEmbeddedAsync(FolderLayoutKind layout, DeploymentKind kind)
    {
        var folder = new ScratchFolder("embedded");
        var subnet = Subnet.Create(FreshMiners);
        var data = folder.Sub(Path.Combine("up", "here", "data"));
        var settings = Settings(layout, kind);
        settings["METAGRAPH_FILE"] = await subnet.WriteAsync(folder);
        var api = await ApiProcess.StartDevelopmentAsync(data, settings);
        var bucket = new Bucket(api.EmbeddedStore, ApiProcess.EmbeddedRegion, ApiProcess.EmbeddedBucket, ApiProcess.EmbeddedKeys);
        var other = bucket.Beside("another-bucket");
        var traits = await TestRun.Current.TraitsOfAsync(StoreKind.Embedded, bucket, other);
        return new Deployment(layout, folder, api, subnet, bucket, other, otherKeys: null, removesBuckets: false, traits, kind);
    }

    private static async Task<Deployment> StartRealAsync(StoreKind which, FolderLayoutKind layout, DeploymentKind kind)
    {
        var store = which == StoreKind.Swift ? await TestRun.Current.Swift.GetAsync() : await TestRun.Current.RealStore.GetAsync();
        var folder = new ScratchFolder("real");
        var subnet = Subnet.Create(FreshMiners);
        var name = "s3auth-e2e-" + RandomNumberGenerator.GetHexString(12, lowercase: true);
        var bucket = new Bucket(store.Endpoint, store.Region, name, store.Keys);
        var other = bucket.Beside(name + "-other");
        await bucket.CreateAsync();
        await other.CreateAsync();
        var traits = await TestRun.Current.TraitsOfAsync(which, bucket, other);
        var settings = ApiProcess.ProductionSettings(
            await subnet.WriteAsync(folder),
            store.Endpoint.GetLeftPart(UriPartial.Authority),
            name,
            store.Region,
            folder.Sub(Path.Combine("up", "here", "data")),
            store.Keys);
        if (kind == DeploymentKind.Sessions)
        {
            await bucket.BlockPublicAccessAsync();
            await other.BlockPublicAccessAsync();
            settings["SESSION_CREDENTIALS"] = "sts";
            settings["STS_ROLE_ARN"] = store.SessionRoleArn;
        }

        var api = await ApiProcess.StartAsync(
            new Dictionary<string, string>(
                settings.Concat(Settings(layout, kind)), StringComparer.Ordinal));
        var deployment = new Deployment(layout, folder, api, subnet, bucket, other, store.OtherKeys, !store.IsOurs, traits, kind);
        if (!deployment.GrantsForms)
        {
            // The server is ready before it knows that a PUT is safe.
            await Wait.UntilAsync(
                async () => (await api.Client.SendAsync(Call.FileUpload(Subnet.OrdinaryMiner, "known.bin"))).Status == HttpStatusCode.OK,
                timeout: TimeSpan.FromMinutes(3));
        }

        if (kind == DeploymentKind.Sessions)
        {
            // It is also ready before it knows that sessions are safe.
            await Wait.UntilAsync(
                async () => (await api.Client.SendAsync(Call.Session(Subnet.Validator.Hotkey))).Status == HttpStatusCode.OK,
                timeout: TimeSpan.FromMinutes(3));
        }

        return deployment;
    }

    private static Dictionary<string, string> Settings(FolderLayoutKind layout, DeploymentKind kind)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["FOLDER_LAYOUT"] = layout == FolderLayoutKind.Coldkey ? "coldkey" : "hotkey",
            // Tests must see new objects at once.
            ["LISTING_CACHE_SECONDS"] = "0",
        };
        if (kind == DeploymentKind.Put)
        {
            settings["UPLOAD_METHOD"] = "PUT";
        }

        if (kind == DeploymentKind.Few)
        {
            settings["AUDIENCES"] = "127.0.0.1:" + ApiProcess.PortPlaceholder;
            settings["REQUIRE_AUDIENCE"] = "true";
        }

        return settings;
    }
}
