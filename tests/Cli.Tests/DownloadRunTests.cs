using System.Globalization;
using System.Text;
using System.Text.Json;

namespace S3Auth.Cli.Tests;

/// <summary>Downloads of several miners, where the listing of one fails.</summary>
public sealed class DownloadRunTests
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("a file of a miner");

    private LocalServer _server = null!;
    private DirectoryInfo _folder = null!;
    private List<KeyPair> _miners = null!;
    private Func<HttpListenerContext, int, int, Task> _list = null!;
    private Dictionary<string, int> _pages = null!;

    [SetUp]
    public void SetUp()
    {
        (_server, _folder, _pages) = (new LocalServer(), Directory.CreateTempSubdirectory("s3auth-run-"), new(StringComparer.Ordinal));
        _miners = [.. Enumerable.Range(0, 4).Select(
            number => KeyPair.FromUri(string.Create(CultureInfo.InvariantCulture, $"//Miner{number}")))];
        _server.Answer = context =>
        {
            if (context.Request.HttpMethod == "GET")
            {
                return LocalServer.WriteAsync(context, Content);
            }

            var miner = JsonDocument.Parse(_server.Bodies.Last()).RootElement.GetProperty("miner_hotkey").GetString()!;
            var page = _pages[miner] = _pages.GetValueOrDefault(miner) + 1;
            return _list(context, _miners.FindIndex(one => one.AccountId.ToString() == miner), page);
        };
    }

    [TearDown]
    public async Task TearDown()
    {
        _miners.ForEach(miner => miner.Dispose());
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Test]
    public async Task Looping_listing_of_one_miner_does_not_end_the_others()
    {
        _list = (context, miner, page) => ListAsync(context, miner, page, next: miner == 1 ? "again" : null);

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.PartlyDone));
        Assert.That(Names, Is.EqualTo(["m0-1", "m1-1", "m2-1", "m3-1"]));
    }

    [TestCase(503, "storage_unavailable")]
    [TestCase(404, "miner_not_found")]
    public async Task Refused_listing_of_one_miner_does_not_end_the_others(int status, string code)
    {
        _list = (context, miner, page) => miner == 1 ? RefuseAsync(context, status, code) : ListAsync(context, miner, page);

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.PartlyDone));
        Assert.That(Names, Is.EqualTo(["m0-1", "m2-1", "m3-1"]));
    }

    // The URLs of the listed files are still valid.
    [Test]
    public async Task Exhausted_quota_ends_the_run_after_the_listed_files()
    {
        _list = (context, miner, page) => miner == 2 ? RefuseAsync(context, 429, "quota_exceeded") : ListAsync(context, miner, page);

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Refused));
        Assert.That(Names, Is.EqualTo(["m0-1", "m1-1"]));
        Assert.That(_pages, Has.Count.EqualTo(3), "no miner is listed after it");
    }

    [Test]
    public async Task Run_has_the_exit_code_of_its_only_failed_listing()
    {
        _miners.RemoveRange(1, 3);
        _list = (context, _, _) => RefuseAsync(context, 404, "miner_not_found");

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Refused));
    }

    // In JSON, keys that are not UTF-8 can have the same text.
    [Test]
    public async Task Files_whose_keys_have_the_same_text_do_not_overwrite_each_other()
    {
        _miners.RemoveRange(1, 3);
        _list = (context, _, _) => LocalServer.WriteJsonAsync(
            context, new FileList { Files = [FileOf("k\uFFFD", "k%FF"), FileOf("k\uFFFD", "k%FE")], Expires_in_seconds = 3600 });

        Assert.That(await RunAsync(), Is.EqualTo(ExitCode.Done));
        Assert.That(Names, Is.EqualTo(["k%FE", "k%FF"]));
    }

    private IEnumerable<string> Names => _folder.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal);

    private async Task<ExitCode> RunAsync()
    {
        using var session = new Session(
            new Report(json: false, quiet: true), _server.Address, () => new Wallet(KeyPair.FromUri("//Alice"), coldkey: null));
        return await new DownloadRun(session, new DownloadPlan
        {
            Owners = [.. _miners.Select(miner => FileOwner.MinerOfHotkey(miner.AccountId))],
            Filter = new FileFilter(Source: null, Prefix: null, After: null, Before: null),
            Folder = _folder.FullName,
            Parallel = 2,
        }).RunAsync(CancellationToken.None);
    }

    private Task ListAsync(HttpListenerContext context, int miner, int page, string? next = null)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"m{miner}-{page}");
        return LocalServer.WriteJsonAsync(
            context, new FileList { Files = [FileOf(name, name)], Next_cursor = next, Expires_in_seconds = 3600 });
    }

    private ListedFile FileOf(string key, string path) =>
        new() { Key = key, Size = Content.Length, Etag = "0-2", Download_url = _server.Address + path };

    private static Task RefuseAsync(HttpListenerContext context, int status, string code)
    {
        context.Response.ContentType = "application/problem+json";
        context.Response.Headers["Retry-After"] = "40000";
        return LocalServer.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(new { code, detail = "No." }), status);
    }
}
